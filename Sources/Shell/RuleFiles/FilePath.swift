// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Foundation

/// Finds the files that a pattern names; `*` and `?` stand for parts of one path step.
enum FilePath {
    static func folder(of file: String) -> String {
        guard let slash = file.lastIndex(of: "/") else { return "." }
        return slash == file.startIndex ? "/" : String(file[..<slash])
    }

    static func join(_ folder: String, _ path: String) -> String {
        if path.hasPrefix("/") || folder == "." { return path }
        return folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
    }

    static func hasWildcard(_ text: some StringProtocol) -> Bool {
        text.contains("*") || text.contains("?")
    }

    /// The files, sorted; hidden ones only where the pattern begins with a dot.
    static func matches(of pattern: String, in folder: String) -> [String] {
        var found = [pattern.hasPrefix("/") ? "/" : folder]
        for step in pattern.split(separator: "/") {
            found = found.flatMap { names(in: $0, matching: String(step)) }
            if found.count > DocumentBounds.includedFiles { break }
        }
        return found.filter { isFile($0) }
    }

    private static func names(in folder: String, matching step: String) -> [String] {
        guard hasWildcard(step) else { return [join(folder, step)] }
        let pattern = TextPattern(step)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { pattern.matches($0) && (step.hasPrefix(".") || !$0.hasPrefix(".")) }
            .sorted().map { join(folder, $0) }
    }

    private static func isFile(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        return exists && !isDirectory.boolValue
    }
}

/// Reads the text of a file, within ``DocumentBounds``.
enum RuleFileText {
    struct Failure: Error {
        let message: String
        let hint: String?
    }

    static func read(_ path: String) throws(Failure) -> String {
        let data = try data(path, atMost: DocumentBounds.bytes)
        guard let text = String(validating: data, as: UTF8.self) else {
            throw Failure(message: "the file is not UTF-8 text", hint: nil)
        }
        return text
    }

    /// The bytes of a file that is no larger than the bound.
    static func data(_ path: String, atMost bound: Int) throws(Failure) -> Data {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            let exists = FileManager.default.fileExists(atPath: path)
            throw Failure(
                message: exists ? "the file cannot be opened" : "there is no such file",
                hint: exists ? "check who may read it" : nil
            )
        }
        defer { try? handle.close() }
        let data: Data
        do {
            data = try handle.read(upToCount: bound + 1) ?? Data()
        } catch {
            throw Failure(message: "the file cannot be read", hint: "is it a directory?")
        }
        guard data.count <= bound else {
            throw Failure(
                message: "the file is larger than \(bound >> 20) MiB",
                hint: nil
            )
        }
        return data
    }
}
