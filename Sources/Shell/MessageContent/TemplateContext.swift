// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Foundation
import Mustache
import WireFormats

/// What may still be written of values while one template is rendered, and the draws so far.
///
/// A template can name a long header often; what is over the bound is left out and told.
final class RenderBudget {
    private var left: Int
    private var draws: UInt64 = 0
    private(set) var isExceeded = false

    init(_ bytes: Int) { left = bytes }

    func take(_ text: String) -> String {
        left -= text.utf8.count
        if left >= 0 { return text }
        left = 0
        isExceeded = true
        return ""
    }

    /// A value as it is before it is written; a transform may make it many times as long.
    func bounded(_ text: String) -> String {
        if text.utf8.count <= MustacheRenderer.maximumLength { return text }
        isExceeded = true
        return ""
    }

    /// Each draw of a rendering has an ordinal of its own, from 0.
    func nextDraw() -> UInt64 {
        defer { draws += 1 }
        return draws
    }
}

/// Something that a template can name: it has a text, parts, or both.
struct TemplateNode: MustacheParent, MustacheCustomRenderable, MustacheTransformable {
    let budget: RenderBudget
    var text = ""
    /// For the transforms of numbers.
    var number: Int?
    var part: (String) -> TemplateNode? = { _ in nil }

    var renderText: String { budget.take(text) }
    var isNull: Bool { false }

    func child(named name: String) -> Any? { part(name) }

    /// `json`, and those of the library: `uppercased`, `plusone`, `empty` and the like.
    func transform(_ name: String) -> Any? {
        if name == "json" { return value(JSONTree.quoted(text)) }
        switch number?.transform(name) ?? text.transform(name) {
        case let claim as Bool: return claim
        case let number as Int: return value(String(number), number)
        case let other?: return value(String(describing: other))
        case nil: return nil
        }
    }

    private func value(_ text: String, _ number: Int? = nil) -> TemplateNode {
        TemplateNode(budget: budget, text: budget.bounded(text), number: number)
    }
}

/// The root of what a template can name.
struct TemplateContext: MustacheParent, MustacheCustomRenderable {
    private let facts: TemplateFacts
    private let budget: RenderBudget

    init(_ facts: TemplateFacts, _ budget: RenderBudget) {
        self.facts = facts
        self.budget = budget
    }

    var renderText: String { "" }
    var isNull: Bool { false }

    func child(named name: String) -> Any? {
        switch name {
        case "request": parts(request)
        case "proxy": value(facts.proxy)
        case "client": value(facts.client)
        case "connection": value(Int(clamping: facts.connection))
        case "exchange": value(Int(clamping: facts.exchange))
        case "rule": value(facts.rule)
        case "fired": value(Int(clamping: facts.fired))
        case "time": parts(time)
        case "random": parts(random)
        default: nil
        }
    }

    private func request(_ name: String) -> TemplateNode? {
        let request = facts.request
        switch name {
        case "method": return value(request.method)
        case "path": return value(request.path)
        case "host": return value(request.host)
        case "query": return parts(parameter)
        case "headers": return parts(header)
        case "segments": return parts(segment)
        default: return nil
        }
    }

    /// The first parameter of the name.
    private func parameter(_ name: String) -> TemplateNode? {
        facts.request.query.first { $0.name == name }.map { value($0.value) }
    }

    /// All lines of a field, one behind another (RFC 9110, 5.3).
    private func header(_ name: String) -> TemplateNode? {
        let lines = facts.request.headers.filter { $0.name.lowercased() == name.lowercased() }
        return lines.isEmpty ? nil : value(lines.map(\.value).joined(separator: ", "))
    }

    /// A segment of the path, from 0, decoded.
    private func segment(_ name: String) -> TemplateNode? {
        let segments = facts.request.path.split(separator: "/", omittingEmptySubsequences: false)
            .dropFirst()
        guard let index = Int(name), segments.indices.contains(index &+ 1) else { return nil }
        let segment = String(segments[index + 1])
        return value(segment.removingPercentEncoding ?? segment)
    }

    private func time(_ name: String) -> TemplateNode? {
        switch name {
        case "unix": return value(Int(facts.wallTime / 1_000_000_000))
        case "milliseconds": return value(Int(facts.wallTime / 1_000_000))
        case "http": return value(HTTPDate.text(at: facts.wallTime))
        case "iso8601":
            let seconds = Double(facts.wallTime / 1_000_000) / 1_000
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            return value(Date(timeIntervalSince1970: seconds).formatted(style))
        default: return nil
        }
    }

    /// Every mention is another number, and the same one for the same seed.
    private func random(_ name: String) -> TemplateNode? {
        switch name {
        case "fraction": return value(String(fraction()))
        // Every program that reads JSON keeps 53 bits.
        case "integer": return value(Int(fraction() * 0x1p53))
        case "hex": return value(hexadecimal(16))
        case "uuid": return value(uuid())
        default: return nil
        }
    }

    private func fraction() -> Double { facts.firing.fraction(budget.nextDraw()) }

    /// Eight digits of each draw.
    private func hexadecimal(_ digits: Int) -> String {
        var text = ""
        while text.count < digits {
            let word = UInt32(fraction() * 0x1p32)
            text += PlainText.hexadecimal(word, digits: 8).lowercased()
        }
        return String(text.prefix(digits))
    }

    /// Of version 4 (RFC 9562, 5.4).
    private func uuid() -> String {
        var digits = Array(hexadecimal(32))
        digits[12] = "4"
        digits[16] = Array("89ab")[(digits[16].hexDigitValue ?? 0) & 3]
        var text = ""
        for (position, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(position) { text += "-" }
            text.append(digit)
        }
        return text
    }

    private func value(_ text: String) -> TemplateNode { TemplateNode(budget: budget, text: text) }

    private func value(_ number: Int) -> TemplateNode {
        TemplateNode(budget: budget, text: String(number), number: number)
    }

    private func parts(_ part: @escaping (String) -> TemplateNode?) -> TemplateNode {
        TemplateNode(budget: budget, part: part)
    }
}
