// SPDX-License-Identifier: Apache-2.0
import PrismStub

await PrismProgram.main()
