// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// What a template can speak of: the request, the place, the time, and numbers drawn for it.
package struct TemplateFacts: Sendable {
    package let request: Request
    package let proxy: String
    /// The connection's ordinal on its proxy, from 1.
    package let connection: UInt64
    /// The exchange's ordinal on its connection, from 0.
    package let exchange: UInt64
    package let client: String
    package let rule: String
    /// How often the rule has fired, this time included.
    package let fired: UInt64
    /// Nanoseconds since 1970.
    package let wallTime: Int64
    /// Draws for the template; every ordinal is another number.
    package let firing: Firing

    package struct Request: Sendable {
        package let method: String
        package let host: String
        /// As it came, without the query.
        package let path: String
        /// Decoded, in their order.
        package let query: [FieldEdits.Pair]
        package let headers: [FieldEdits.Pair]

        package init(
            method: String,
            host: String,
            path: String,
            query: [FieldEdits.Pair],
            headers: [FieldEdits.Pair]
        ) {
            self.method = method
            self.host = host
            self.path = path
            self.query = query
            self.headers = headers
        }
    }

    package init(
        request: Request,
        proxy: String,
        connection: UInt64,
        exchange: UInt64,
        client: String,
        rule: String,
        fired: UInt64,
        wallTime: Int64,
        firing: Firing
    ) {
        self.request = request
        self.proxy = proxy
        self.connection = connection
        self.exchange = exchange
        self.client = client
        self.rule = rule
        self.fired = fired
        self.wallTime = wallTime
        self.firing = firing
    }
}
