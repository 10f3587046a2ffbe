// SPDX-License-Identifier: Apache-2.0
package import FaultModel
package import FlowEngine
package import WireFormats
import Synchronization

extension FlowServices {
    /// Libraries that tests can follow: a coding that turns bytes around, templates that are the
    /// request's path behind their text.
    package static func plain(memory: (any AnswerMemory)? = LocalMemory()) -> FlowServices {
        FlowServices(
            coder: TurningCoder(),
            renderer: PathRenderer(),
            memory: memory,
            wallOrigin: 0
        )
    }
}

/// Stands for any coding: content is turned around; an empty one is not in it.
package struct TurningCoder: ContentCoder {
    package init() {}

    package func decoded(
        _ content: [UInt8],
        from coding: ContentCoding,
        limit: Int
    ) -> [UInt8]? {
        content.isEmpty || content.count > limit ? nil : content.reversed()
    }

    package func encoded(_ content: [UInt8], in coding: ContentCoding) -> [UInt8]? {
        content.reversed()
    }
}

/// Puts the request's path behind the template.
package struct PathRenderer: TemplateRenderer {
    package init() {}

    package func rendered(
        _ template: String,
        with facts: TemplateFacts
    ) -> Result<[UInt8], TemplateFailure> {
        .success(Array((template + facts.request.path).utf8))
    }
}

/// Remembers without a bound.
package final class LocalMemory: AnswerMemory {
    private let answers = Mutex<[[UInt8]: KeptAnswer]>([:])

    package init() {}

    package func answer(
        of rule: String,
        to key: [UInt8],
        maxAge: Duration?,
        at now: Int64
    ) -> KeptAnswer? {
        guard let kept = answers.withLock({ $0[Array(rule.utf8) + key] }) else { return nil }
        if let maxAge, now - kept.received > maxAge.nanoseconds { return nil }
        return kept
    }

    package func keep(_ answer: KeptAnswer, for rule: String, to key: [UInt8]) {
        answers.withLock { $0[Array(rule.utf8) + key] = answer }
    }
}
