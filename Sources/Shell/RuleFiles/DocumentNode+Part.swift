// SPDX-License-Identifier: Apache-2.0

extension DocumentNode {
    /// What `read` makes of this document, which stands by itself.
    ///
    /// - Parameters:
    ///   - domain: The first word of the error codes.
    ///   - path: A JSON Pointer to it in the document that it is a part of.
    ///   - complaint: Where nothing comes of it and nothing was reported.
    /// - Throws: everything that was reported while it was read.
    func part<Value>(
        of domain: String,
        at path: String = "",
        else complaint: String,
        _ read: (Item) -> Value?
    ) throws(InvalidConfiguration) -> Value {
        let report = Report()
        let value = read(Item(self, path: path, domain: domain, file: nil, report: report))
        try report.settle()
        guard let value else {
            throw InvalidConfiguration(
                RuleFileError(code: "\(domain).bad-value", message: complaint, path: path)
            )
        }
        return value
    }
}
