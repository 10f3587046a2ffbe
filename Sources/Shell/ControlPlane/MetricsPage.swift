// SPDX-License-Identifier: Apache-2.0
import EventRecords

/// GET `/metrics`: the figures of a run as Prometheus reads them.
///
/// Labels are names of the configuration and words of the language, so that traffic cannot make
/// new series.
struct MetricsPage {
    struct Proxy {
        let name: String
        let isHTTP: Bool
    }

    struct Rule {
        let id: String
        let matches: UInt64
        /// The words of its faults, in order.
        let faults: [String]
    }

    var generation: UInt64
    var proxies: [Proxy]
    var rules: [Rule]
    var traffic: TrafficFigures
    var missedByFollowers: UInt64
    var missedByFile: UInt64
    var process: ProcessFigures
    /// Nanoseconds since 1970.
    var started: Int64

    var text: String {
        var text = MetricsText()
        writeConnections(&text)
        writeExchanges(&text)
        writeRules(&text)
        writeRun(&text)
        writeProcess(&text)
        return text.text
    }

    private func figures(of proxy: Proxy) -> ProxyFigures {
        traffic.proxies[proxy.name] ?? ProxyFigures()
    }

    private func writeConnections(_ text: inout MetricsText) {
        text.family("chaosproxy_connections", .gauge, "Connections that live now.")
        for proxy in proxies {
            let live = figures(of: proxy).liveConnections
            text.sample("chaosproxy_connections", ["proxy": proxy.name], live)
        }
        text.family("chaosproxy_connections_total", .counter, "Connections that were accepted.")
        for proxy in proxies {
            let total = figures(of: proxy).totalConnections
            text.sample("chaosproxy_connections_total", ["proxy": proxy.name], total)
        }
        text.family("chaosproxy_bytes_total", .counter, "Bytes written, counted as they pass.")
        for proxy in proxies {
            let (name, figures) = (proxy.name, figures(of: proxy))
            text.sample(
                "chaosproxy_bytes_total",
                ["proxy": name, "toward": "server"],
                figures.bytesToServer
            )
            text.sample(
                "chaosproxy_bytes_total",
                ["proxy": name, "toward": "client"],
                figures.bytesToClient
            )
        }
        text.family("chaosproxy_buffered_bytes", .gauge, "Bytes that are held back now.")
        for proxy in proxies {
            let held = figures(of: proxy).bufferedBytes
            text.sample("chaosproxy_buffered_bytes", ["proxy": proxy.name], held)
        }
    }

    private func writeExchanges(_ text: inout MetricsText) {
        let proxies = proxies.filter(\.isHTTP)
        text.family(
            "chaosproxy_exchanges_total",
            .counter,
            "HTTP exchanges that ended, by the class of the status that the client was given."
        )
        for proxy in proxies {
            for (name, count) in zip(
                ExchangeFigures.classes,
                figures(of: proxy).exchanges.counts
            ) {
                text.sample(
                    "chaosproxy_exchanges_total",
                    ["proxy": proxy.name, "status_class": name],
                    count
                )
            }
        }
        text.family(
            "chaosproxy_exchange_seconds",
            .histogram,
            "Time from a request's head to the end of its exchange, injected delays included."
        )
        for proxy in proxies {
            let time = figures(of: proxy).exchanges.time
            text.sample("chaosproxy_exchange_seconds", ["proxy": proxy.name], time)
        }
    }

    private func writeRules(_ text: inout MetricsText) {
        text.family("chaosproxy_rule_matches_total", .counter, "Units that a rule matched.")
        for rule in rules {
            text.sample("chaosproxy_rule_matches_total", ["rule": rule.id], rule.matches)
        }
        text.family("chaosproxy_faults_total", .counter, "Faults that were put on units.")
        for rule in rules {
            for (position, word) in rule.faults.enumerated()
            where rule.faults.firstIndex(of: word) == position {
                text.sample(
                    "chaosproxy_faults_total",
                    ["rule": rule.id, "fault": word],
                    traffic.faults[FaultName(rule: rule.id, fault: word)] ?? 0
                )
            }
        }
        text.family("chaosproxy_faults_active", .gauge, "Units on which a rule acts now.")
        for rule in rules {
            let acting = traffic.acting[rule.id] ?? 0
            text.sample("chaosproxy_faults_active", ["rule": rule.id], acting)
        }
        text.family(
            "chaosproxy_delay_error_seconds",
            .histogram,
            "How much later than intended the proxy let go what a rule delayed."
        )
        text.sample("chaosproxy_delay_error_seconds", [:], traffic.delayErrors)
    }

    private func writeRun(_ text: inout MetricsText) {
        text.family(
            "chaosproxy_event_loop_lag_seconds",
            .histogram,
            "How late event loops with connections came to a look that is due each 10 ms."
        )
        text.sample("chaosproxy_event_loop_lag_seconds", [:], traffic.loopLag)
        text.family(
            "chaosproxy_events_dropped_total",
            .counter,
            "Records that a reader of the event log was too slow for."
        )
        text.sample("chaosproxy_events_dropped_total", ["reader": "follower"], missedByFollowers)
        text.sample("chaosproxy_events_dropped_total", ["reader": "file"], missedByFile)
        text.family("chaosproxy_config_generation", .gauge, "The generation that is in force.")
        text.sample("chaosproxy_config_generation", [:], generation)
    }

    private func writeProcess(_ text: inout MetricsText) {
        text.family("process_cpu_seconds_total", .counter, "User and system time.")
        text.sample("process_cpu_seconds_total", [:], nanoseconds: process.processorTime)
        if let bytes = process.residentBytes {
            text.family("process_resident_memory_bytes", .gauge, "Memory that is resident.")
            text.sample("process_resident_memory_bytes", [:], bytes)
        }
        if let count = process.openDescriptors {
            text.family("process_open_fds", .gauge, "File descriptors that are open.")
            text.sample("process_open_fds", [:], count)
        }
        if let limit = process.maximumDescriptors {
            text.family("process_max_fds", .gauge, "File descriptors that may be open.")
            text.sample("process_max_fds", [:], limit)
        }
        text.family("process_start_time_seconds", .gauge, "When the run began, since 1970.")
        text.sample("process_start_time_seconds", [:], nanoseconds: started)
    }
}
