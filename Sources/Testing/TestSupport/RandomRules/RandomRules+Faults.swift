// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// The faults of any layer, in each of their forms.
extension RandomRules {
    /// One item of `then`.
    mutating func fault(_ reach: Reach) -> DocumentValue {
        switch reach {
        case .connection, .stream: layerFault(reach)
        case .exchange, .answer: numbers.once(in: 3) ? layerFault(reach) : exchangeFault(reach)
        }
    }

    static func item(_ word: String, _ value: DocumentValue) -> DocumentValue {
        .object([.init(key: word, value: value)])
    }

    private mutating func layerFault(_ reach: Reach) -> DocumentValue {
        switch numbers.below(10) {
        case 0: Self.item("delay", delay(reach))
        case 1: Self.item("bandwidth", bandwidth(reach))
        case 2: Self.item("slice", slice(reach))
        case 3: stall(reach)
        case 4: Self.item("corrupt", corrupt(reach))
        case 5: close(reach)
        case 6: reset(reach)
        case 7: hang()
        case 8: Self.item("slow-close", slowClose(reach))
        default: Self.item("loss", loss(reach))
        }
    }

    private mutating func delay(_ reach: Reach) -> DocumentValue {
        let time = distribution()
        guard numbers.once(in: 2) else { return time }
        let isAnswer = reach == .answer
        let places = isAnswer ? ["chunk", "response"] : ["chunk", "response", "request"]
        let place: String? = maybe { $0.numbers.pick(places) }
        let isOpen = place == nil || place == "chunk"
        let atConnect = reach == .connection && numbers.once(in: 4)
        return Self.object([
            "time": time,
            "at": atConnect ? .string("connect") : place.map { .string($0) },
            "toward": isOpen || atConnect ? toward(reach) : nil,
            "max": maybe { $0.self.time() },
        ])
    }

    /// Every way in which a time can be spread.
    private mutating func distribution() -> DocumentValue {
        let (one, two) = (milliseconds(), milliseconds())
        let (less, more) = (written(min(one, two)), written(max(one, two)))
        let first = written(one)
        switch numbers.below(8) {
        case 0: return .string("uniform(\(less), \(more))")
        case 1: return .string("normal(\(first), \(written(two)))")
        case 2: return .string("lognormal(\(less),\(more))")
        case 3: return .string("exponential( \(first) )")
        case 4: return .string("pareto(\(first), \(numbers.pick(["0.5", "1", "1.5", "1000"])))")
        case 5:
            let middle = max(1, one / 2)
            let mark = numbers.pick(["±", " ± ", "+-"])
            return .string("\(written(middle))\(mark)\(written(min(two, middle)))")
        case 6: return .string("0")
        default: return .string(first)
        }
    }

    private mutating func rate() -> DocumentValue {
        let count = 1 + numbers.below(1_000)
        return .string(
            numbers.pick([
                "0", "\(count)KB/s", "\(count)B/s", "\(count)kbit/s", "\(count).5MiB/s",
                "\(count)Mbit/s",
            ])
        )
    }

    private mutating func bandwidth(_ reach: Reach) -> DocumentValue {
        guard numbers.once(in: 2) else { return rate() }
        return Self.object([
            "rate": rate(),
            "burst": maybe { $0.bytes(0...1 << 20) },
            "share": maybe { $0.string("connection", "rule", "proxy") },
            "toward": toward(reach),
        ])
    }

    private mutating func slice(_ reach: Reach) -> DocumentValue {
        let middle = 2 + numbers.below(4_000)
        let size = DocumentValue.string(
            numbers.pick(["\(middle)B", "\(middle)B ± \(middle / 2)B", "\(middle)B+-1B", "1B"])
        )
        guard numbers.once(in: 2) else { return size }
        return Self.object([
            "size": size,
            "every": maybe { .string($0.numbers.pick(["100us", "1ms", "5ms"])) },
            "toward": toward(reach),
        ])
    }

    private mutating func stall(_ reach: Reach) -> DocumentValue {
        if reach != .answer, numbers.once(in: 3) { return .string("stall") }
        guard numbers.once(in: 2) else { return Self.item("stall", time()) }
        let stall = Self.object([
            "after": maybe { $0.bytes(0...10_000) }, "for": maybe { $0.time() },
            "toward": toward(reach),
        ])
        return Self.item("stall", stall)
    }

    private mutating func corrupt(_ reach: Reach) -> DocumentValue {
        guard numbers.once(in: 2) else { return share() }
        return Self.object([
            "rate": share(), "mode": maybe { $0.string("flip", "zero", "random") },
            "skip": maybe { $0.bytes(0...10_000) }, "toward": toward(reach),
        ])
    }

    /// After so many bytes, or after a time.
    private mutating func point() -> DocumentValue {
        numbers.once(in: 2) ? bytes(0...10_000) : time()
    }

    private mutating func close(_ reach: Reach) -> DocumentValue {
        switch numbers.below(3) {
        case 0: return .string("close")
        case 1: return Self.item("close", point())
        default:
            let close = Self.object([
                "after": maybe { $0.point() }, "how": maybe { $0.string("fin", "rst") },
                "toward": toward(reach),
            ])
            return Self.item("close", close)
        }
    }

    private mutating func reset(_ reach: Reach) -> DocumentValue {
        switch numbers.below(3) {
        case 0: return .string("reset")
        case 1: return Self.item("reset", point())
        default:
            let reset = Self.object(["after": maybe { $0.point() }, "toward": toward(reach)])
            return Self.item("reset", reset)
        }
    }

    private mutating func hang() -> DocumentValue {
        switch numbers.below(3) {
        case 0: .string("hang")
        case 1: Self.item("hang", time())
        default: Self.item("hang", Self.object(["for": maybe { $0.time() }]))
        }
    }

    private mutating func slowClose(_ reach: Reach) -> DocumentValue {
        guard numbers.once(in: 2) else { return time() }
        return Self.object(["for": time(), "toward": toward(reach)])
    }

    private mutating func loss(_ reach: Reach) -> DocumentValue {
        guard numbers.once(in: 2) else { return share() }
        return Self.object([
            "rate": share(), "rto": maybe { $0.time() }, "toward": toward(reach),
        ])
    }
}
