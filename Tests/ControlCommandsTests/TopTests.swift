// SPDX-License-Identifier: Apache-2.0
import AdminContract
import Foundation
import Testing

@testable import ControlCommands

@Suite struct TopTests {
    @Test func `rates, shares and latencies are of what happened in between`() throws {
        let history = try self.history()
        #expect(history.rate("chaosproxy_exchanges_total", ["proxy": "db"]) == 10)
        #expect(history.rate("chaosproxy_bytes_total", ["proxy": "db"]) == 1_536)
        #expect(history.failureShare(of: "db") == 0.25)
        // Of 20: 10 within 5 ms, 18 within 10 ms, 20 within 100 ms.
        #expect(history.latency(0.5, of: "db") == 5_000_000)
        #expect(history.latency(0.7, of: "db") == 7_500_000)
        #expect(history.latency(0.99, of: "db").map { $0 > 90_000_000 && $0 < 100_000_000 } == true)
        #expect(history.latency(0.5, of: "none") == nil && history.failureShare(of: "none") == nil)
    }

    @Test func `one moment has no rates, and a new run no memory`() throws {
        var history = TopHistory()
        history.add(try sample(uptime: 1), faults: [])
        #expect(history.rate("chaosproxy_exchanges_total", ["proxy": "db"]) == nil)
        #expect(history.latency(0.5, of: "db") == nil && !history.hasRates)
        var other = try sample(uptime: 2)
        other.status.started = "2027-01-01T00:00:00.000000000Z"
        history.add(other, faults: [])
        #expect(!history.hasRates)
    }

    @Test func `what is slower than every bound is told as the last`() throws {
        var history = TopHistory()
        history.add(try sample(uptime: 1), faults: [])
        let slow =
            #"chaosproxy_exchange_seconds_bucket{proxy="db",le="0.1"} 0"# + "\n"
            + #"chaosproxy_exchange_seconds_bucket{proxy="db",le="+Inf"} 4"#
        history.add(try sample(uptime: 2, metrics: slow), faults: [])
        #expect(history.latency(0.5, of: "db") == 100_000_000)
    }

    @Test func `a frame tells of proxies, rules and faults`() throws {
        let lines = TopFrame(history: try history()).lines(.unlimited, colour: false)
        #expect(lines.first?.hasPrefix("chaosproxy 0.1.0, up ") == true)
        #expect(lines.contains("PROXY  LIVE  EXCH/S   BYTES/S  FAILED      P50      P99"))
        #expect(lines.contains { $0.hasPrefix("db        2      10  1.50 KiB    25 %  5.00 ms") })
        #expect(lines.contains { $0.hasPrefix("slow") && $0.hasSuffix("12      3       1") })
        #expect(lines.contains("LAST FAULTS"))
        #expect(lines.last?.contains("db#3 delay 2.00 s by slow") == true)
    }

    @Test(arguments: [(80, 24), (40, 10), (20, 5), (10, 3), (1, 1), (300, 2)])
    func `a frame is never larger than its terminal`(columns: Int, rows: Int) throws {
        for colour in [false, true] {
            let frame = TopFrame(history: try history(rules: 50), trouble: "no answer")
            let lines = frame.lines(.init(columns: columns, rows: rows), colour: colour)
            #expect(lines.count <= rows && !lines.isEmpty)
            for line in lines {
                let seen = line.replacing(try Regex("\u{1b}\\[[0-9;]*m"), with: "")
                #expect(seen.count <= columns)
                // A colour that begins in a line ends in it.
                #expect(
                    !line.contains("\u{1b}[") || line.hasSuffix("\u{1b}[0m") || seen.count < columns
                )
            }
        }
    }

    @Test func `what does not fit is counted`() throws {
        let frame = TopFrame(history: try history(rules: 50))
        let lines = frame.lines(.init(columns: 80, rows: 24), colour: false)
        #expect(lines.contains { $0.hasPrefix("and ") && $0.hasSuffix(" more") })
    }

    @Test(arguments: [
        ("abc", 2, "ab"), ("abc", 3, "abc"), ("äöü", 2, "äö"), ("漢字", 3, "漢"),
        ("e\u{301}x", 1, "e\u{301}"),
        ("\u{1b}[31mabc\u{1b}[0m", 2, "\u{1b}[31mab\u{1b}[0m"), ("abc", 0, ""),
    ])
    func `a line is cut at columns, not at characters`(line: String, columns: Int, cut: String) {
        #expect(ClippedText.clipped(line, to: columns) == cut)
    }

    private func history(rules: Int = 0) throws -> TopHistory {
        var history = TopHistory()
        history.add(try sample(uptime: 10, metrics: Self.before), faults: [])
        var later = try sample(uptime: 12, metrics: Self.after)
        for number in 0..<rules {
            var rule = later.rules[0]
            rule.id = "rule \(number)"
            later.rules.append(rule)
        }
        var line = try AdminJSON.decode(
            EventLine.self,
            from: Data(
                #"{"seq":9,"time":"2026-03-01T12:00:00.000000001Z","t":1,"kind":"fault"}"#.utf8
            )
        )
        (line.proxy, line.ordinal, line.rule) = ("db", 3, "slow")
        (line.fault, line.delay) = ("delay", 2_000_000_000)
        history.add(later, faults: [line])
        return history
    }

    private func sample(uptime: Int64, metrics: String = "") throws -> TopSample {
        var status = try AdminJSON.decode(StatusReply.self, from: Data(Samples.status.utf8))
        status.uptime = uptime * 1_000_000_000
        let rules = try AdminJSON.decode(RulesReply.self, from: Data(Samples.rules.utf8)).rules
        return TopSample(status: status, rules: rules, metrics: MetricsReader(metrics))
    }

    private static let before = """
        chaosproxy_exchanges_total{proxy="db",status_class="2xx"} 100
        chaosproxy_exchanges_total{proxy="db",status_class="5xx"} 7
        chaosproxy_bytes_total{proxy="db",toward="server"} 1000
        """

    private static let after = """
        chaosproxy_connections{proxy="db"} 2
        chaosproxy_exchanges_total{proxy="db",status_class="2xx"} 115
        chaosproxy_exchanges_total{proxy="db",status_class="5xx"} 12
        chaosproxy_bytes_total{proxy="db",toward="server"} 3000
        chaosproxy_bytes_total{proxy="db",toward="client"} 1072
        chaosproxy_exchange_seconds_bucket{proxy="db",le="0.005"} 10
        chaosproxy_exchange_seconds_bucket{proxy="db",le="0.01"} 18
        chaosproxy_exchange_seconds_bucket{proxy="db",le="0.1"} 20
        chaosproxy_exchange_seconds_bucket{proxy="db",le="+Inf"} 20
        chaosproxy_faults_active{rule="slow"} 1
        """
}
