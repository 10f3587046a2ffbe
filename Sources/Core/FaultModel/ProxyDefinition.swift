// SPDX-License-Identifier: Apache-2.0

/// One proxy of the configuration: where it listens, where the real service is, and its bounds.
package struct ProxyDefinition: Hashable, Sendable {
    package var name: String
    package var listen: Endpoint
    /// Tried in order; at least one.
    package var upstreams: [Endpoint]
    package var transport: Transport
    package var tags: [String]
    package var onUpstreamFailure: UpstreamFailure
    package var limits: ProxyLimits
    /// The two nodes that this proxy joins; default "client" and the proxy's name.
    package var from: String
    package var to: String
    /// A disabled proxy does not listen; default true.
    package var isEnabled: Bool
    /// Faults that requests ask for themselves; `nil`: none, the default.
    package var requestFaults: RequestFaults?

    package init(
        name: String,
        listen: Endpoint,
        upstreams: [Endpoint],
        transport: Transport,
        tags: [String],
        onUpstreamFailure: UpstreamFailure,
        limits: ProxyLimits,
        from: String,
        to: String,
        isEnabled: Bool,
        requestFaults: RequestFaults? = nil
    ) {
        self.name = name
        self.listen = listen
        self.upstreams = upstreams
        self.transport = transport
        self.tags = tags
        self.onUpstreamFailure = onUpstreamFailure
        self.limits = limits
        self.from = from
        self.to = to
        self.isEnabled = isEnabled
        self.requestFaults = requestFaults
    }

    /// What the proxy takes its bytes for; the word in a file is `protocol`.
    package enum Transport: String, Hashable, Sendable {
        case tcp
        case http
        /// Decided connection by connection, by the client's first bytes.
        case auto
    }

    /// What a client sees when no upstream can be reached.
    package enum UpstreamFailure: String, Hashable, Sendable {
        /// An HTTP answer, 502 Bad Gateway (RFC 9110, 15.6.3); the default of `http` and `auto`, which
        /// resets what is no HTTP.
        case badGateway = "502"
        /// The default of `tcp`.
        case reset
        case close
    }
}

/// A place to listen at or to connect to.
package enum Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// A host is a name or an address without brackets; port 0 lets the system choose.
    case tcp(host: String, port: UInt16)
    case unix(path: String)

    package enum Failure: Error, Equatable {
        case noPort
        case badPort
        case emptyHost
        case badBrackets
        case emptyPath
        case longPath
    }

    /// The longest path that a Unix socket address holds (`sun_path`, less its end mark).
    package static let maximumPathLength = 107

    /// Reads `host:port`, `[::1]:port` or `unix:/path`.
    package init(_ text: String) throws(Failure) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty else { throw .emptyPath }
            guard path.utf8.count <= Self.maximumPathLength else { throw .longPath }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":") else { throw .noPort }
        var host = text[..<colon]
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy(ASCII.isDigit), let port = UInt16(digits) else {
            throw .badPort
        }
        if host.hasPrefix("[") || host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard text.hasPrefix("["), text[..<colon].hasSuffix("]"), IPAddress(String(host)) != nil
            else {
                throw .badBrackets
            }
        } else if host.contains(":") {
            throw .badBrackets
        }
        guard !host.isEmpty else { throw .emptyHost }
        self = .tcp(host: String(host), port: port)
    }

    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

/// The bounds of one proxy.
package struct ProxyLimits: Hashable, Sendable {
    /// Live at once; further clients wait in the kernel's backlog.
    ///
    /// Default 10,000.
    package var connections: Int
    /// Bytes that a connection holds back in each direction before its source is no longer read.
    ///
    /// Default 4 MiB; at least 64 KiB. One read may go beyond it.
    package var buffer: ByteCount
    /// For each upstream tried.
    ///
    /// Default 5 s.
    package var connectTimeout: Duration
    /// Without a byte in either direction; zero: no limit, the default.
    package var idleTimeout: Duration
    /// From a request's first byte to the end of its head, where a rule must read it.
    ///
    /// Default 60 s.
    package var headTimeout: Duration
    /// The head of one HTTP message.
    ///
    /// Default 64 KiB.
    package var head: ByteCount
    /// How much of a body is held and read where a rule matches by `body:`.
    ///
    /// Default 64 KiB; at most ``buffer``.
    package var bodyLimit: ByteCount

    package static let defaults = ProxyLimits(
        connections: 10_000,
        buffer: .mebibytes(4),
        connectTimeout: .seconds(5),
        idleTimeout: .zero,
        headTimeout: .seconds(60),
        head: .kibibytes(64)
    )

    package init(
        connections: Int,
        buffer: ByteCount,
        connectTimeout: Duration,
        idleTimeout: Duration,
        headTimeout: Duration,
        head: ByteCount,
        bodyLimit: ByteCount = .kibibytes(64)
    ) {
        self.connections = connections
        self.buffer = buffer
        self.connectTimeout = connectTimeout
        self.idleTimeout = idleTimeout
        self.headTimeout = headTimeout
        self.head = head
        self.bodyLimit = bodyLimit
    }
}
