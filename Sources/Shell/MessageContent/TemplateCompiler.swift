// SPDX-License-Identifier: Apache-2.0
import Mustache
import WireFormats

/// Compiles templates that are within the bounds of a body.
enum TemplateCompiler {
    /// Sections in one template; the library's reader calls itself for each.
    static let maximumSections = 200
    /// Transforms in one tag, for the same reason.
    static let maximumTransforms = 64

    /// Braces times bytes: the library counts what is left of the template at each brace.
    static let maximumWork = 50_000_000

    /// On a line of its own, so that the library removes the line.
    private static let noEscaping = "{{% CONTENT_TYPE:TEXT}}\n"

    static func compiled(_ template: String) -> Result<MustacheTemplate, TemplateFailure> {
        if let fault = fault(in: template) { return .failure(TemplateFailure(message: fault)) }
        do {
            return .success(try MustacheTemplate(string: noEscaping + template))
        } catch let error as MustacheTemplate.ParserError {
            // The first line is ours.
            let place = "line \(error.context.lineNumber - 1), column \(error.context.columnNumber)"
            return .failure(
                TemplateFailure(message: "\(description(of: error.error)) at \(place)")
            )
        } catch {
            return .failure(TemplateFailure(message: "the template cannot be read"))
        }
    }

    private static func description(of error: any Error) -> String {
        switch error as? MustacheTemplate.Error {
        case .sectionCloseNameIncorrect: "a section is closed that is not the open one"
        case .expectedSectionEnd: "a section is not closed"
        case .unfinishedName:
            "a tag is not closed, or its name has other than letters, digits and .-_"
        case .invalidConfigVariableSyntax, .unrecognisedConfigVariable:
            "a pragma is not {{% CONTENT_TYPE:TEXT}} or {{% CONTENT_TYPE:HTML}}"
        default: "the template ends inside a tag"
        }
    }

    private static func fault(in template: String) -> String? {
        let bytes = Array(template.utf8)
        guard bytes.count <= MustacheRenderer.maximumLength else {
            return "the template has more than \(MustacheRenderer.maximumLength) bytes"
        }
        guard bytes.count(where: { $0 == brace }) * bytes.count <= maximumWork else {
            return "the template has too many tags for its length of \(bytes.count) bytes"
        }
        return tagFault(in: bytes) ?? transformFault(in: bytes)
    }

    private static func tagFault(in bytes: [UInt8]) -> String? {
        var sections = 0
        for position in bytes.indices.dropFirst(2)
        where bytes[position - 1] == brace && bytes[position - 2] == brace {
            switch bytes[position] {
            case UInt8(ascii: "#"), UInt8(ascii: "^"): sections += 1
            case UInt8(ascii: ">"), UInt8(ascii: "<"), UInt8(ascii: "$"), UInt8(ascii: "="):
                let tag = Character(Unicode.Scalar(bytes[position]))
                return "a tag begins with \(tag), and here are no partials, blocks or delimiters"
            default: break
            }
        }
        return sections > maximumSections ? "there are more than \(maximumSections) sections" : nil
    }

    /// Counts parentheses in unbroken runs of what names are made of, inside of tags or not.
    private static func transformFault(in bytes: [UInt8]) -> String? {
        var transforms = 0
        for byte in bytes {
            if byte == UInt8(ascii: "(") { transforms += 1 }
            if !isPartOfName(byte) { transforms = 0 }
            if transforms > maximumTransforms {
                return "there are more than \(maximumTransforms) transforms in a row"
            }
        }
        return nil
    }

    private static func isPartOfName(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            || ".-_?()*".utf8.contains(byte)
    }

    private static let brace = UInt8(ascii: "{")
}
