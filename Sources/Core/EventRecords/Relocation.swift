// SPDX-License-Identifier: Apache-2.0

extension EventRecord {
    /// The same record, in memory that is allocated now.
    ///
    /// What one record alone holds is copied; names of proxies and rules stay shared with their
    /// owners, and so do the texts of states and marks, of which there are few.
    package var relocated: EventRecord {
        EventRecord(sequence: sequence, elapsed: elapsed, body: body.relocated)
    }
}

extension EventRecord.Body {
    /// Making a case anew makes its box anew.
    fileprivate var relocated: EventRecord.Body {
        switch self {
        case .connectionOpened(let opened):
            .connectionOpened(
                ConnectionOpened(connection: opened.connection, client: opened.client.relocated)
            )
        case .connectionClosed(let closed): .connectionClosed(closed)
        case .exchange(let exchange): .exchange(exchange.relocated)
        case .fault(let fault): .fault(fault)
        case .state(let state): .state(state)
        case .notice(let notice):
            .notice(
                NoticeRecord(
                    code: notice.code,
                    message: notice.message.relocated,
                    proxy: notice.proxy,
                    connection: notice.connection
                )
            )
        case .mark(let mark): .mark(mark)
        }
    }
}

extension ExchangeRecord {
    fileprivate var relocated: ExchangeRecord {
        ExchangeRecord(
            connection: connection,
            unit: unit,
            method: method.relocated,
            target: target.relocated,
            status: status,
            outcome: outcome,
            requestBytes: requestBytes,
            responseBytes: responseBytes,
            duration: duration,
            rules: rules.map { $0 },
            head: head.map { $0 }
        )
    }
}

extension String {
    /// A short text needs no memory of its own, and is the same.
    fileprivate var relocated: String { String(decoding: Array(utf8), as: UTF8.self) }
}
