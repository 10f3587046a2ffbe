// SPDX-License-Identifier: Apache-2.0
import FaultModel

// The data plane with its event loop, over sockets of loopback: one peer acts at a time. What this
// thread does to play them is counted too, and is little; what the kernel does is not.
extension Benchmark {
    static var hops: [Benchmark] { [exchangeHop, answeredHop, chunkHop, connectionHop] }

    private static var exchangeHop: Benchmark {
        Benchmark("exchange over sockets, 100 rules", unit: "exchange", isTimed: true) {
            let plane = try LoopbackPlane(.http, idle: 100)
            let client = try plane.client()
            try client.send(Messages.request)
            let server = try plane.server()
            try server.answer(client)
            return { units in
                for _ in 0..<units {
                    try client.send(Messages.request)
                    try server.answer(client)
                }
                withExtendedLifetime(plane) {}
                return units
            }
        }
    }

    /// The upstream is never asked.
    private static var answeredHop: Benchmark {
        let name = "exchange over sockets, answered by respond"
        return Benchmark(name, unit: "exchange", isTimed: true) {
            let rule = #"{"id": "down", "then": [{"respond": 503}]}"#
            let plane = try LoopbackPlane(.http, idle: 100, then: [rule])
            let client = try plane.client()
            let answer = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
            return { units in
                for _ in 0..<units {
                    try client.send(Messages.request)
                    try client.receive(answer.utf8.count)
                }
                withExtendedLifetime(plane) {}
                return units
            }
        }
    }

    /// 16 KiB of a TCP connection, from the server.
    private static var chunkHop: Benchmark {
        Benchmark("chunk over sockets", unit: "chunk", isTimed: true) {
            let plane = try LoopbackPlane(.tcp, idle: 0)
            let client = try plane.client()
            let server = try plane.server()
            // One byte from the client, so that the whole way is there before anything is counted.
            try client.send([0])
            try server.receive(1)
            let content = Messages.content
            return { units in
                for _ in 0..<units {
                    try server.send(content)
                    try client.receive(content.count)
                }
                withExtendedLifetime(plane) {}
                return units
            }
        }
    }

    /// Connect, one exchange, close.
    private static var connectionHop: Benchmark {
        Benchmark("connection over sockets", unit: "connection", units: 200, isTimed: true) {
            let plane = try LoopbackPlane(.http, idle: 100)
            return { units in
                for _ in 0..<units {
                    var client: BlockingSocket? = try plane.client()
                    try client?.send(Messages.request)
                    let server = try plane.server()
                    if let client { try server.answer(client) }
                    client = nil
                    try server.receiveEnd()
                }
                return units
            }
        }
    }
}

extension BlockingSocket {
    /// The server's part of an exchange, and the client's reading of it.
    fileprivate func answer(_ client: BlockingSocket) throws {
        try receive(Messages.request.count)
        try send(Messages.answer)
        try client.receive(Messages.answer.count)
    }
}
