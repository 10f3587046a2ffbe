// SPDX-License-Identifier: Apache-2.0
import AdminClient
import AdminContract
import ArgumentParser

struct HealthcheckVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck",
        abstract: "Succeed, silently, when the proxy is ready; for container images."
    )

    @OptionGroup var admin: AdminOptions

    func run() async throws {
        do {
            _ = try await admin.send(AdminRequest(.get, "/readyz"))
        } catch AdminFailure.unintelligible {
            // 503 comes with a health document and not with an error.
            throw Complaint("the proxy is not ready", status: .failed)
        }
    }
}
