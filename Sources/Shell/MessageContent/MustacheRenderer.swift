// SPDX-License-Identifier: Apache-2.0
import Mustache
import Synchronization
package import WireFormats

/// Renders the templates of bodies (Mustache); each template is compiled once.
///
/// A value stands in the body as it is: bodies are JSON more often than HTML. `{{json(NAME)}}` writes
/// it as a JSON string; `{{% CONTENT_TYPE:HTML}}` has everything behind it escaped for HTML. There
/// are no partials, blocks or other delimiters, and a template that has one is refused.
package final class MustacheRenderer: TemplateRenderer {
    /// The largest template and the largest body, in bytes.
    package static let maximumLength = 1_048_576
    /// How many compiled templates are kept, and of how many bytes together.
    static let maximumTemplates = 256
    static let maximumCachedLength = 8_388_608

    private struct Cache {
        var compiled: [String: Result<MustacheTemplate, TemplateFailure>] = [:]
        var length = 0
    }

    private let cache = Mutex(Cache())

    package init() {}

    /// Why a template cannot be rendered, whatever the facts are; `nil` when it can.
    package func failure(of template: String) -> TemplateFailure? {
        guard case .failure(let failure) = compiled(template) else { return nil }
        return failure
    }

    package func rendered(
        _ template: String,
        with facts: TemplateFacts
    ) -> Result<[UInt8], TemplateFailure> {
        compiled(template).flatMap { compiled in
            let budget = RenderBudget(Self.maximumLength)
            let text = compiled.render(TemplateContext(facts, budget))
            guard !budget.isExceeded, text.utf8.count <= Self.maximumLength else {
                return .failure(
                    TemplateFailure(
                        message: "the rendered template has more than \(Self.maximumLength) bytes"
                    )
                )
            }
            return .success(Array(text.utf8))
        }
    }

    var cachedTemplates: Int { cache.withLock { $0.compiled.count } }

    private func compiled(_ template: String) -> Result<MustacheTemplate, TemplateFailure> {
        if let known = cache.withLock({ $0.compiled[template] }) { return known }
        let compiled = TemplateCompiler.compiled(template)
        let length = template.utf8.count
        guard length <= Self.maximumLength else { return compiled }
        cache.withLock { cache in
            guard cache.compiled[template] == nil else { return }
            if cache.compiled.count >= Self.maximumTemplates
                || cache.length + length > Self.maximumCachedLength
            {
                cache = Cache()
            }
            cache.compiled[template] = compiled
            cache.length += length
        }
        return compiled
    }
}
