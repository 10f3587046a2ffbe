// SPDX-License-Identifier: Apache-2.0
package import AdminClient
package import Foundation

/// All that a command takes from the process that it runs in; tests give their own.
package struct Surroundings: Sendable {
    package var environment: [String: String]
    package var isRoot: Bool
    /// Whether a person sees what is printed, on a terminal that shows colours.
    package var isTerminal: Bool
    package var bounds: AdminClient.Bounds
    package var read: @Sendable (Source) throws -> Data
    package var write: @Sendable (Data) throws -> Void
    package var writeError: @Sendable (Data) -> Void

    package enum Source: Sendable, Equatable {
        case standardInput
        case file(path: String)
    }

    @TaskLocal package static var current = Surroundings.process

    /// The largest file that is read: 16 MiB, as much as the proxy takes.
    package static let maximumFileSize = 16 << 20

    package init(
        environment: [String: String],
        isRoot: Bool,
        isTerminal: Bool,
        bounds: AdminClient.Bounds,
        read: @escaping @Sendable (Source) throws -> Data,
        write: @escaping @Sendable (Data) throws -> Void,
        writeError: @escaping @Sendable (Data) -> Void
    ) {
        self.environment = environment
        self.isRoot = isRoot
        self.isTerminal = isTerminal
        self.bounds = bounds
        self.read = read
        self.write = write
        self.writeError = writeError
    }

    private static var process: Surroundings {
        let environment = ProcessInfo.processInfo.environment
        return Surroundings(
            environment: environment,
            isRoot: geteuid() == 0,
            isTerminal: isatty(STDOUT_FILENO) == 1 && environment["TERM"] != "dumb",
            bounds: .defaults,
            read: { source in
                switch source {
                case .standardInput:
                    return try bounded(.standardInput)
                case .file(let path):
                    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
                    defer { try? file.close() }
                    return try bounded(file)
                }
            },
            write: { try FileHandle.standardOutput.write(contentsOf: $0) },
            writeError: { try? FileHandle.standardError.write(contentsOf: $0) }
        )
    }

    private static func bounded(_ file: FileHandle) throws -> Data {
        var data = Data()
        while let piece = try file.read(upToCount: 1 << 16), !piece.isEmpty {
            data.append(piece)
            guard data.count <= maximumFileSize else {
                throw Complaint(
                    "the file is larger than \(maximumFileSize >> 20) MiB",
                    status: .invalid
                )
            }
        }
        return data
    }

    /// Reads a file that the user named; `-` is the standard input.
    func contents(of name: String) throws(Complaint) -> Data {
        do {
            return try read(name == "-" ? .standardInput : .file(path: name))
        } catch let complaint as Complaint {
            throw complaint
        } catch {
            throw Complaint(
                "cannot read \(name): \(Self.reason(of: error))",
                status: .invalid
            )
        }
    }

    /// In the words of the system where Foundation wraps them.
    private static func reason(of error: any Error) -> String {
        let error = error as NSError
        let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
        guard cause.domain == NSPOSIXErrorDomain else { return cause.localizedDescription }
        return String(cString: strerror(Int32(cause.code)))
    }

    func print(_ lines: [String]) throws {
        guard !lines.isEmpty else { return }
        try write(Data((lines.joined(separator: "\n") + "\n").utf8))
    }

    func printError(_ lines: [String]) {
        writeError(Data((lines.joined(separator: "\n") + "\n").utf8))
    }
}
