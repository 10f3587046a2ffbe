// SPDX-License-Identifier: Apache-2.0
import FaultModel
import FlowEngine
import WireFormats

extension FlowServices {
    /// What the connections of a daemon have at hand.
    static func daemon(wallOrigin: Int64) -> FlowServices {
        FlowServices(
            coder: NoCoder(),
            renderer: NoRenderer(),
            memory: nil,
            wallOrigin: wallOrigin
        )
    }
}

private struct NoCoder: ContentCoder {
    func decoded(_ content: [UInt8], from coding: ContentCoding, limit: Int) -> [UInt8]? { nil }

    func encoded(_ content: [UInt8], in coding: ContentCoding) -> [UInt8]? { nil }
}

private struct NoRenderer: TemplateRenderer {
    func rendered(
        _ template: String,
        with facts: TemplateFacts
    ) -> Result<[UInt8], TemplateFailure> {
        .failure(TemplateFailure(message: "templates cannot be rendered"))
    }
}
