// SPDX-License-Identifier: Apache-2.0

/// GET `/v1/status`.
package struct StatusReply: Codable, Hashable, Sendable {
    package var version: String
    package var pid: Int32
    /// When the run began: RFC 3339, UTC, nanoseconds.
    package var started: String
    /// Nanoseconds since then.
    package var uptime: Int64
    package var seed: UInt64
    /// `test`, `staging` or `production`.
    package var environment: String
    package var generation: UInt64
    /// Whether everything is off, whatever is declared, until `unpanic`.
    package var panicked: Bool
    package var proxies: Proxies
    package var rules: Rules
    package var partitions: Partitions
    /// That run now.
    package var leases: Int
    package var connections: Connections
    /// Firings of all present rules since their counters were last reset.
    package var faultsFired: UInt64
    package var events: Events

    package struct Proxies: Codable, Hashable, Sendable {
        package var total: Int
        package var enabled: Int

        package init(total: Int, enabled: Int) {
            self.total = total
            self.enabled = enabled
        }
    }

    package struct Rules: Codable, Hashable, Sendable {
        package var total: Int
        package var enabled: Int
        /// Enabled, past `after` and not past `for`.
        package var inForce: Int

        package init(total: Int, enabled: Int, inForce: Int) {
            self.total = total
            self.enabled = enabled
            self.inForce = inForce
        }

        private enum CodingKeys: String, CodingKey {
            case total, enabled
            case inForce = "in_force"
        }
    }

    package struct Partitions: Codable, Hashable, Sendable {
        package var total: Int
        /// That cut at this moment.
        package var inForce: Int

        package init(total: Int, inForce: Int) {
            self.total = total
            self.inForce = inForce
        }

        private enum CodingKeys: String, CodingKey {
            case total
            case inForce = "in_force"
        }
    }

    package struct Connections: Codable, Hashable, Sendable {
        package var live: Int
        package var total: UInt64

        package init(live: Int, total: UInt64) {
            self.live = live
            self.total = total
        }
    }

    package struct Events: Codable, Hashable, Sendable {
        /// The sequence of the newest record.
        package var newest: UInt64
        /// Readers of `/v1/events` that follow the stream now.
        package var followers: Int

        package init(newest: UInt64, followers: Int) {
            self.newest = newest
            self.followers = followers
        }
    }

    package init(
        version: String,
        pid: Int32,
        started: String,
        uptime: Int64,
        seed: UInt64,
        environment: String,
        generation: UInt64,
        panicked: Bool,
        proxies: Proxies,
        rules: Rules,
        partitions: Partitions,
        leases: Int,
        connections: Connections,
        faultsFired: UInt64,
        events: Events
    ) {
        self.version = version
        self.pid = pid
        self.started = started
        self.uptime = uptime
        self.seed = seed
        self.environment = environment
        self.generation = generation
        self.panicked = panicked
        self.proxies = proxies
        self.rules = rules
        self.partitions = partitions
        self.leases = leases
        self.connections = connections
        self.faultsFired = faultsFired
        self.events = events
    }

    private enum CodingKeys: String, CodingKey {
        case version, pid, started, uptime, seed, environment, generation, panicked, proxies
        case rules, partitions, leases, connections, events
        case faultsFired = "faults_fired"
    }
}

/// GET `/healthz` and `/readyz`.
package struct HealthReply: Codable, Hashable, Sendable {
    /// `ok`, or for `/readyz` with status 503 `starting`.
    package var status: String

    package init(status: String) { self.status = status }
}
