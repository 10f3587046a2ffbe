// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Mustache

/// Whether a text is a Mustache template that can be filled in.
///
/// Sections are counted before the template is compiled, because the compiler calls itself for each
/// one inside another.
enum TemplateCheck {
    static func accepts(_ text: String, _ item: Item) -> Bool {
        if let (message, hint) = obstacle(in: text) {
            item.badValue("the template \(message)", hint: hint)
            return false
        }
        do {
            _ = try MustacheTemplate(string: text)
            return true
        } catch let error as MustacheTemplate.ParserError {
            let place = "line \(error.context.lineNumber), column \(error.context.columnNumber)"
            item.badValue("the template \(explanation(of: error.error)), at its \(place)")
        } catch {
            item.badValue("the template cannot be read: \(error)")
        }
        return false
    }

    /// What templates here do without: other delimiters, other templates, and many sections.
    private static func obstacle(in text: String) -> (message: String, hint: String)? {
        let bytes = Array(text.utf8)
        let brace = UInt8(ascii: "{")
        var sections = 0
        var position = 0
        while position + 1 < bytes.count {
            guard bytes[position] == brace, bytes[position + 1] == brace else {
                position += 1
                continue
            }
            position += 2
            while position < bytes.count, bytes[position] == ASCII.space { position += 1 }
            guard position < bytes.count else { break }
            switch bytes[position] {
            case ASCII.equals: return ("changes its delimiters", "write {{ and }}")
            case UInt8(ascii: ">"), UInt8(ascii: "<"), UInt8(ascii: "$"):
                return ("includes another one", "write it out: a rule has one template")
            case ASCII.hash, UInt8(ascii: "^"): sections += 1
            default: break
            }
            guard sections <= RuleBounds.templateSections else {
                return ("has too many sections", "at most \(RuleBounds.templateSections)")
            }
        }
        return nil
    }

    private static func explanation(of error: any Error) -> String {
        guard let error = error as? MustacheTemplate.Error else { return "is malformed" }
        switch error {
        case .sectionCloseNameIncorrect: return "closes a section that is not the open one"
        case .unfinishedName: return "has a tag that is not closed"
        case .expectedSectionEnd: return "has a section that is not closed"
        default: return "is malformed"
        }
    }
}
