// SPDX-License-Identifier: Apache-2.0
import EventRecords

extension EventLine {
    private mutating func take(_ name: ConnectionName) {
        connection = name.id
        proxy = name.proxy
        ordinal = name.ordinal
    }

    mutating func take(_ body: ConnectionOpened) {
        take(body.connection)
        event = "opened"
        client = body.client
    }

    mutating func take(_ body: ConnectionClosed) {
        take(body.connection)
        event = "closed"
        closedBy = body.closedBy.rawValue
        how = body.how.rawValue
        bytesToServer = body.bytesToServer
        bytesToClient = body.bytesToClient
        exchanges = body.exchanges
    }

    mutating func take(_ body: ExchangeRecord) {
        take(body.connection)
        unit = body.unit
        method = body.method
        target = body.target
        status = body.status
        outcome = body.outcome.rawValue
        requestBytes = body.requestBytes
        responseBytes = body.responseBytes
        duration = body.duration
        rules = body.rules
    }

    mutating func take(_ body: FaultRecord) {
        take(body.connection)
        rule = body.rule
        fault = body.fault
        unit = body.unit
        toss = body.toss
        delay = body.delay
    }

    mutating func take(_ body: StateRecord) {
        change = body.change
        subject = body.subject
        generation = body.generation
        message = body.detail
    }

    mutating func take(_ body: NoticeRecord) {
        code = body.code
        message = body.message
        proxy = body.proxy
        connection = body.connection
    }

    mutating func take(_ body: MarkRecord) {
        name = body.name
        data = body.data
    }
}
