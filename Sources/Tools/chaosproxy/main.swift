// SPDX-License-Identifier: Apache-2.0
import ProxyDaemon

await ProxyCommand.start()
