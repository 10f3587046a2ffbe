// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords

/// Writes what a data plane would write of one connection.
struct TrafficRecords {
    let log: EventLog
    var id: UInt64 = 17
    var proxy = "prism"
    var ordinal: UInt64 = 3

    private var name: ConnectionName { ConnectionName(id: id, proxy: proxy, ordinal: ordinal) }

    func opened(at elapsed: Int64 = 0, client: String = "192.0.2.1:50000") {
        write(.connectionOpened(ConnectionOpened(connection: name, client: client)), elapsed)
    }

    func closed(at elapsed: Int64 = 0) {
        write(
            .connectionClosed(
                ConnectionClosed(
                    connection: name,
                    closedBy: .client,
                    how: .fin,
                    bytesToServer: 0,
                    bytesToClient: 0,
                    exchanges: 0
                )
            ),
            elapsed
        )
    }

    func fault(
        _ rule: String,
        _ fault: String = "delay",
        unit: UInt64 = 0,
        toss: Double? = nil,
        delay: Int64? = nil
    ) {
        write(
            .fault(
                FaultRecord(
                    rule: rule,
                    fault: fault,
                    connection: name,
                    unit: unit,
                    toss: toss,
                    delay: delay
                )
            ),
            0
        )
    }

    /// - Parameter head: What is kept of it; `nil`: the request line and these fields.
    func exchange(
        _ method: String = "GET",
        _ target: String = "/",
        unit: UInt64 = 0,
        status: UInt16? = 200,
        outcome: ExchangeRecord.Outcome = .complete,
        rules: [String] = [],
        fields: [String] = [],
        head: String? = nil,
        from start: Int64 = 0,
        to end: Int64 = 0
    ) {
        let lines = ["\(method) \(target) HTTP/1.1"] + fields
        write(
            .exchange(
                ExchangeRecord(
                    connection: name,
                    unit: unit,
                    method: method,
                    target: target,
                    status: status,
                    outcome: outcome,
                    requestBytes: 10,
                    responseBytes: 20,
                    duration: end - start,
                    rules: rules,
                    head: Array((head ?? lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
                )
            ),
            end
        )
    }

    private func write(_ body: EventRecord.Body, _ elapsed: Int64) {
        log.append(contentsOf: [EventRecord(elapsed: elapsed, body: body)])
    }
}
