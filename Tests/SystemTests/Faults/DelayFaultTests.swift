// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Every distribution of `delay`: what was drawn, and that its client waited so long.
@Suite struct DelayFaultTests {
    /// A way to write a delay, and the milliseconds that it may draw.
    struct Form: Sendable {
        let name: String
        let fault: String
        let bounds: ClosedRange<Double>
        var isFixed = false
    }

    static let forms = [
        Form(name: "fixed", fault: "delay: 15ms", bounds: 15...15, isFixed: true),
        Form(name: "spread", fault: "delay: 20ms ± 10ms", bounds: 10...30),
        Form(name: "uniform", fault: #"delay: "uniform(10ms, 30ms)""#, bounds: 10...30),
        Form(name: "normal", fault: limited("normal(20ms, 5ms)"), bounds: 0...40),
        Form(name: "lognormal", fault: limited("lognormal(10ms, 30ms)"), bounds: 0...40),
        Form(name: "exponential", fault: limited("exponential(10ms)"), bounds: 0...40),
        Form(name: "pareto", fault: limited("pareto(10ms, 2)"), bounds: 10...40),
        Form(name: "capped", fault: "delay: { time: 1h, max: 5ms }", bounds: 5...5, isFixed: true),
    ]
    static let exchanges = 8

    private static func limited(_ time: String) -> String {
        "delay: { time: \"\(time)\", max: 40ms }"
    }

    @Test func `every distribution draws within its bounds, and its client waits for so long`()
        async throws
    {
        try await Stage.with { stage in
            let rules = Self.forms.map { Cases.rule($0.name, then: $0.fault) }
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: rules.joined(separator: "\n")
            )
            let waited = try await Self.waits(proxy)
            let total = Self.forms.count * Self.exchanges
            let log = try await proxy.events { $0.count { $0.fault == "delay" } == total }
            for form in Self.forms {
                let faults = log.filter { $0.rule == form.name }
                let drawn = faults.compactMap { event in
                    event.delay.map { Double($0) / 1e6 }
                }
                #expect(drawn.count == Self.exchanges)
                #expect(drawn.allSatisfy { form.bounds.contains($0) }, "\(form.name): \(drawn)")
                #expect((Set(drawn).count == 1) == form.isFixed, "\(form.name): \(drawn)")
                for fault in faults {
                    let wait = waited[form.name]?[Int(fault.unit ?? 0)] ?? .zero
                    #expect(wait >= .nanoseconds(fault.delay ?? .max), "\(form.name): \(wait)")
                }
            }
        }
    }

    /// How long each exchange took, form by form, on one connection each.
    private static func waits(_ proxy: Proxy) async throws -> [String: [Duration]] {
        try await withThrowingTaskGroup(of: (String, [Duration]).self) { group in
            for form in forms {
                group.addTask {
                    let wire = try Wire(proxy.address)
                    var times: [Duration] = []
                    for _ in 0..<exchanges {
                        let (time, reply) = try await ContinuousClock().timed {
                            try await wire.ask("/text/5?case=\(form.name)")
                        }
                        #expect(reply.status == 200)
                        times.append(time)
                    }
                    return (form.name, times)
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    @Test func `on a tcp stream each chunk waits, and none overtakes another`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxies(
                "tcp",
                to: try await stage.upstream("upstream.py", "echo"),
                ["both": "delay: { time: 60ms ± 30ms, toward: both }"]
            )
            let wire = try proxy.wire(to: "both")
            let (time, _) = try await ContinuousClock().timed {
                try await wire.send("one")
                return try await wire.read(3)
            }
            // There and back, each at least the least.
            #expect(time >= .milliseconds(60))
            let numbers = (0..<200).map { "\($0);" }
            for number in numbers { try await wire.send(number) }
            wire.finish()
            let (data, ending) = try await wire.readToEnd()
            #expect(String(decoding: data, as: UTF8.self) == numbers.joined())
            #expect(ending == .end)
        }
    }

    @Test func `a delay of the dial holds what its client sends, and the connection is one`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxies(
                "tcp",
                to: try await stage.upstream("upstream.py", "echo"),
                ["dial": "delay: { time: 200ms, at: connect }"]
            )
            let wire = try proxy.wire(to: "dial")
            let (time, data) = try await ContinuousClock().timed {
                try await wire.send("held")
                return try await wire.read(4)
            }
            #expect(String(decoding: data, as: UTF8.self) == "held")
            #expect(time >= .milliseconds(200))
        }
    }
}
