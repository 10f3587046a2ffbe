// SPDX-License-Identifier: Apache-2.0
import Foundation

#if canImport(Glibc)
import Glibc
// No child of another test keeps it open.
private let streamSocket = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
private let quietly = CInt(MSG_NOSIGNAL)
#else
import Darwin
private let streamSocket = SOCK_STREAM
private let quietly: CInt = 0
#endif

/// A client's end of a connection, without a library in between: what the kernel says is what a
/// test sees.
final class Wire: Sendable {
    /// How a peer ended its sending.
    enum Ending: Equatable { case end, reset }

    /// How long a peer may stay silent.
    static let patience = 120

    private let descriptor: CInt

    /// Connects to `host:port`, `[::1]:port` or `unix:/path`.
    ///
    /// - Parameters:
    ///   - receiveBuffer: Bytes that the kernel may take in before a read; 0: its choice.
    ///   - source: Where it comes from, with port 0; `nil`: the kernel's choice.
    ///   - first: What it says at once.
    init(
        _ address: String,
        receiveBuffer: CInt = 0,
        from source: String? = nil,
        saying first: String = ""
    ) throws {
        let place = try SocketPlace(address)
        descriptor = socket(place.family, streamSocket, 0)
        guard descriptor >= 0 else { throw Trouble("socket: \(String(cString: strerror(errno)))") }
        var wait = timeval(tv_sec: Self.patience, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, size)
        if receiveBuffer > 0 {
            var bytes = receiveBuffer
            setsockopt(
                descriptor,
                SOL_SOCKET,
                SO_RCVBUF,
                &bytes,
                socklen_t(MemoryLayout<CInt>.size)
            )
        }
        if let source, try Self.call(bind, descriptor, SocketPlace(source)) != 0 {
            throw Trouble("bind to \(source): \(String(cString: strerror(errno)))")
        }
        guard Self.call(connect, descriptor, place) == 0 else {
            throw Trouble("connect to \(address): \(String(cString: strerror(errno)))")
        }
        try sendNow(Data(first.utf8))
    }

    /// `bind` or `connect`, with a place.
    private static func call(
        _ function: (CInt, UnsafePointer<sockaddr>?, socklen_t) -> CInt,
        _ descriptor: CInt,
        _ place: SocketPlace
    ) -> CInt {
        place.storage.withUnsafeBytes { bytes in
            let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            return function(descriptor, address, socklen_t(bytes.count))
        }
    }

    deinit { close(descriptor) }

    /// Whether a new connection is reset: inside `connect` where the kernel is quick, else in a read.
    static func isReset(_ address: String) async throws -> Bool {
        do {
            return try await Wire(address).readToEnd().ending == .reset
        } catch let trouble as Trouble
            where trouble == Trouble("connect to \(address): Connection reset by peer")
        {
            return true
        }
    }

    func send(_ text: String) async throws { try await send(Data(text.utf8)) }

    func send(_ data: Data) async throws {
        try await offPool { [self] in try sendNow(data) }
    }

    private func sendNow(_ data: Data) throws {
        var left = data[...]
        while !left.isEmpty {
            let sent = left.withUnsafeBytes { bytes in
                #if canImport(Glibc)
                Glibc.send(descriptor, bytes.baseAddress, bytes.count, quietly)
                #else
                Darwin.send(descriptor, bytes.baseAddress, bytes.count, quietly)
                #endif
            }
            guard sent > 0 else { throw Trouble("send: \(String(cString: strerror(errno)))") }
            left = left.dropFirst(sent)
        }
    }

    /// Sends no more, and goes on reading.
    func finish() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// Ends at once, with a reset.
    func reset() {
        var how = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_LINGER,
            &how,
            socklen_t(MemoryLayout<linger>.size)
        )
        // The number stays taken, for `deinit` to close once.
        let nothing = open("/dev/null", O_RDWR)
        dup2(nothing, descriptor)
        close(nothing)
    }

    /// Exactly so many bytes.
    func read(_ count: Int) async throws -> Data {
        let (data, ending) = try await gather { $0.count < count ? count - $0.count : 0 }
        guard ending == nil else { throw Trouble("ended after \(data.count) bytes of \(count)") }
        return data
    }

    /// Everything up to and including a text.
    func read(until text: String) async throws -> String {
        let needle = Data(text.utf8)
        let (data, ending) = try await gather { $0.suffix(needle.count) == needle ? 0 : 1 }
        let seen = String(decoding: data, as: UTF8.self)
        guard ending == nil else { throw Trouble("ended before \"\(text)\": \(seen)") }
        return seen
    }

    /// Everything, and how it ended.
    func readToEnd() async throws -> (data: Data, ending: Ending) {
        let (data, ending) = try await gather { _ in 1 << 16 }
        return (data, ending ?? .end)
    }

    /// So many bytes, of which nothing is kept; how many there were before the end.
    func skip(_ count: Int) async throws -> Int {
        try await offPool { [self] in
            var total = 0
            var buffer = [UInt8](repeating: 0, count: 1 << 18)
            while total < count {
                switch try receive(&buffer, min(count - total, buffer.count)) {
                case .success(0): return total
                case .success(let part): total += part
                case .failure: return total
                }
            }
            return total
        }
    }

    private struct Reset: Error {}

    private func gather(
        _ wanted: @escaping @Sendable (Data) -> Int
    ) async throws -> (Data, Ending?) {
        try await offPool { [self] in
            var data = Data()
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while case let count = wanted(data), count > 0 {
                switch try receive(&buffer, min(count, buffer.count)) {
                case .success(0): return (data, .end)
                case .success(let count): data += buffer[..<count]
                case .failure: return (data, .reset)
                }
            }
            return (data, nil)
        }
    }

    private func receive(
        _ buffer: inout [UInt8],
        _ count: Int
    ) throws -> Result<Int, Reset> {
        let received = recv(descriptor, &buffer, count, 0)
        if received >= 0 { return .success(received) }
        if errno == ECONNRESET { return .failure(Reset()) }
        throw Trouble("recv: \(String(cString: strerror(errno)))")
    }
}
