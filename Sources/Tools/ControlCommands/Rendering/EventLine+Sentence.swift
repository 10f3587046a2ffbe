// SPDX-License-Identifier: Apache-2.0
import FaultModel
import AdminContract

extension EventLine {
    /// One line for a person: when, where, what.
    func sentence(colour: Bool) -> String {
        let clock = time.split(separator: "T").last.map { String($0.prefix(12)) } ?? time
        let word = tone.painted(pad(kind, 6), colour: colour)
        let place = place.isEmpty ? "" : PlainText.shown(place) + " "
        return "\(Tone.quiet.painted(clock, colour: colour)) \(word) \(place)"
            + PlainText.shown(what)
    }

    private var tone: Tone {
        switch kind {
        case "fault", "notice", "missed": .bad
        case "state": .good
        default: .normal
        }
    }

    /// The proxy, the connection on it, and the exchange on that: `prism#3.0`.
    private var place: String {
        guard let proxy else { return "" }
        return proxy + (ordinal.map { "#\($0)" } ?? "") + (unit.map { ".\($0)" } ?? "")
    }

    private var what: String {
        switch kind {
        case "conn": event == "closed" ? closed : "opened by \(client ?? "a client")"
        case "xchg": exchange
        case "fault": faulted
        case "state": changed
        case "notice": "\(message ?? "") (\(code ?? ""))"
        case "mark": marked
        case "missed": "\(missed ?? 0) records were missed: this reader is too slow"
        default: message ?? ""
        }
    }

    private var closed: String {
        var text = "closed by \(closedBy ?? "?") (\(how ?? "?")), "
        text += "\(Amount.bytes(bytesToServer ?? 0)) to server, "
        text += "\(Amount.bytes(bytesToClient ?? 0)) to client"
        if let exchanges, exchanges > 0 { text += ", \(exchanges) exchanges" }
        return text
    }

    private var exchange: String {
        var text = "\(method ?? "?") \(target ?? "?") -> "
        text += status.map(String.init) ?? "no answer"
        if let outcome, outcome != "complete" { text += " \(outcome)" }
        if let duration { text += " in \(Amount.time(duration))" }
        if let rules, !rules.isEmpty { text += " [\(rules.joined(separator: ", "))]" }
        return text
    }

    private var faulted: String {
        var text = "\(fault ?? "?")"
        if let delay { text += " \(Amount.time(delay))" }
        text += " by \(rule ?? "?")"
        if let toss { text += " (drew \(Amount.fraction(toss)))" }
        return text
    }

    private var changed: String {
        var text = change ?? ""
        if let subject { text += " \(subject)" }
        if let message { text += ": \(message)" }
        if let generation { text += ", generation \(generation)" }
        return text
    }

    private var marked: String {
        guard let data, let json = try? AdminJSON.encode(data) else { return name ?? "" }
        return "\(name ?? "") \(String(decoding: json, as: UTF8.self))"
    }

    private func pad(_ text: String, _ width: Int) -> String {
        PlainText.shown(text) + String(repeating: " ", count: max(0, width - text.count))
    }
}
