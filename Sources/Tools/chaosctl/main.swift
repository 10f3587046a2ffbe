// SPDX-License-Identifier: Apache-2.0
import ControlCommands
import Foundation

exit(await ControlProgram.run(Array(CommandLine.arguments.dropFirst())))
