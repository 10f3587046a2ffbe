// SPDX-License-Identifier: Apache-2.0
import NIOPosix
import SocketLoops

/// Names that are being looked up for one event loop: off its thread, because that blocks.
///
/// Each belongs to a dial, so there are at most as many as connections.
struct Resolutions {
    typealias Answer = Result<[SocketAddress], SocketError>

    private var waiting: [UInt64: (Answer) -> Void] = [:]
    private var last: UInt64 = 0

    mutating func begin(
        _ host: String,
        _ port: UInt16,
        for thread: LoopThread<LoopContext>,
        then: @escaping (Answer) -> Void
    ) {
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
    }

    /// Who waits for the answer.
    mutating func end(_ id: UInt64) -> ((Answer) -> Void)? { waiting.removeValue(forKey: id) }
}
