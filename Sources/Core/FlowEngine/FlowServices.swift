// SPDX-License-Identifier: Apache-2.0
package import FaultModel
package import WireFormats

/// What flows ask of the shell: libraries, and what connections share.
package struct FlowServices: Sendable {
    package var coder: any ContentCoder
    package var renderer: any TemplateRenderer
    /// What `stale` rules remember; `nil`: nothing.
    package var memory: (any AnswerMemory)?
    /// Reads what requests ask for; `nil`: they may not.
    package var requestFaults: (any RequestFaultReader)?
    /// Wall time at the start of the run, in nanoseconds since 1970.
    package var wallOrigin: Int64

    package init(
        coder: any ContentCoder,
        renderer: any TemplateRenderer,
        memory: (any AnswerMemory)?,
        requestFaults: (any RequestFaultReader)? = nil,
        wallOrigin: Int64
    ) {
        self.coder = coder
        self.renderer = renderer
        self.memory = memory
        self.requestFaults = requestFaults
        self.wallOrigin = wallOrigin
    }
}
