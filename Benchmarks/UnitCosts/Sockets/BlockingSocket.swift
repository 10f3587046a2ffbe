// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A TCP socket on 127.0.0.1 that waits in its calls, so that who plays both peers costs little.
///
/// No call waits longer than ``patience``: what never comes is an error.
final class BlockingSocket {
    /// Seconds; far more than a hop takes, below valgrind too.
    static let patience = 20
    /// Bytes of one read; few, because making room for them is counted.
    private static let readSize = 4_096

    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ call: String) {
            description = "\(call) on a socket of loopback: \(String(cString: strerror(errno)))"
        }
    }

    private let descriptor: Int32
    private var scratch = [UInt8](repeating: 0, count: readSize)

    private init(_ descriptor: Int32, _ call: String) throws {
        guard descriptor >= 0 else { throw Failure(call) }
        self.descriptor = descriptor
        var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            let size = socklen_t(MemoryLayout<timeval>.size)
            guard setsockopt(descriptor, SOL_SOCKET, option, &limit, size) == 0 else {
                throw Failure("setsockopt")
            }
        }
    }

    private convenience init() throws {
        try self.init(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0), "socket")
    }

    deinit { close(descriptor) }

    static func listening() throws -> BlockingSocket {
        let listener = try BlockingSocket()
        try listener.at(port: 0, "bind", bind)
        guard listen(listener.descriptor, 128) == 0 else { throw Failure("listen") }
        return listener
    }

    static func connected(to port: UInt16) throws -> BlockingSocket {
        let client = try BlockingSocket()
        try client.at(port: port, "connect", connect)
        return client
    }

    func accepted() throws -> BlockingSocket {
        try BlockingSocket(accept(descriptor, nil, nil), "accept")
    }

    /// The port that the system chose.
    func port() throws -> UInt16 {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &size)
            }
        }
        guard result == 0 else { throw Failure("getsockname") }
        return UInt16(bigEndian: address.sin_port)
    }

    private func at(
        port: UInt16,
        _ name: String,
        _ call: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32
    ) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                call(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(name) }
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    descriptor,
                    UnsafeRawBufferPointer(rebasing: buffer[sent...]).baseAddress,
                    buffer.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { throw Failure("send") }
            sent += count
        }
    }

    /// Waits until so many bytes have come, and forgets them.
    func receive(_ expected: Int) throws {
        var received = 0
        while received < expected {
            let count = try receiveSome(atMost: expected - received)
            guard count > 0 else {
                throw WrongWork("bytes before the end", is: received, not: expected)
            }
            received += count
        }
    }

    /// Waits until the peer has ended.
    func receiveEnd() throws {
        let count = try receiveSome(atMost: 1)
        try WrongWork.check("bytes instead of the end", count, is: 0)
    }

    private func receiveSome(atMost most: Int) throws -> Int {
        let count = scratch.withUnsafeMutableBytes {
            recv(descriptor, $0.baseAddress, min(most, $0.count), 0)
        }
        guard count >= 0 else { throw Failure("recv") }
        return count
    }
}
