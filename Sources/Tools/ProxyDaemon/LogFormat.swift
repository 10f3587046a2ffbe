// SPDX-License-Identifier: Apache-2.0
import AdminContract
import ArgumentParser
import Logging

/// How the log looks on standard error.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json

    func logger(level: Logger.Level) -> Logger {
        var logger = Logger(label: "chaosproxy") { label in
            switch self {
            case .text: StreamLogHandler.standardError(label: label)
            case .json: JSONLogHandler()
            }
        }
        logger.logLevel = level
        return logger
    }
}

/// One JSON object a line: time, level, message, and the metadata as written.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    private struct Line: Encodable {
        let time: String
        let level: String
        let message: String
        let metadata: [String: String]?
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let line = Line(
            time: WallTime(nanosecondsSince1970: SystemTime.nanosecondsSince1970).description,
            level: event.level.rawValue,
            message: event.message.description,
            metadata: all.isEmpty ? nil : all.mapValues(\.description)
        )
        guard let data = try? AdminJSON.encode(line) else { return }
        StandardStream.error.write(String(decoding: data, as: UTF8.self) + "\n")
    }
}
