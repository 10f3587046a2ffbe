// SPDX-License-Identifier: Apache-2.0
import NIOPosix
import SocketLoops

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Names that are being looked up for one event loop: off its thread, because that blocks.
struct Resolutions {
    typealias Answer = Result<[SocketAddress], SocketError>

    /// Look-ups that one event loop has under way; nobody can end one that a name server does not
    /// answer, and beyond so many a dial fails at once.
    static let maximum = 256

    private var waiting: [UInt64: (Answer) -> Void] = [:]
    private var underWay = 0
    private var last: UInt64 = 0

    /// - Returns: a number to cancel it by.
    mutating func begin(
        _ host: String,
        _ port: UInt16,
        for thread: LoopThread<LoopContext>,
        then: @escaping (Answer) -> Void
    ) throws(SocketError) -> UInt64 {
        guard underWay < Self.maximum else { throw SocketError(errno: EAGAIN) }
        underWay += 1
        last += 1
        waiting[last] = then
        let id = last
        NIOThreadPool.singleton.submit { _ in
            let answer: Answer
            do throws(SocketError) {
                answer = .success(
                    try SocketAddress.resolve(host: host, port: port, numericOnly: false)
                )
            } catch {
                answer = .failure(error)
            }
            thread.execute { $0.resolutions.end(id)?(answer) }
        }
        return id
    }

    /// Nobody waits for the answer any more.
    mutating func cancel(_ id: UInt64) { waiting[id] = nil }

    /// Who waits for the answer.
    private mutating func end(_ id: UInt64) -> ((Answer) -> Void)? {
        underWay -= 1
        return waiting.removeValue(forKey: id)
    }
}
