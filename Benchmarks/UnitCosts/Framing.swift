// SPDX-License-Identifier: Apache-2.0
import FaultModel
import WireFormats

// Finding the ends of heads and bodies, each shown in one piece.
extension Benchmark {
    static var framing: [Benchmark] {
        [
            head("head of a request", .request, Messages.request),
            head("head of a response", .response, Messages.answerHead),
            body("body of 16 KiB, counted", .counted(16_384), Messages.content),
            body("body of 16 KiB, 16 chunks", .chunked, Messages.chunked),
        ]
    }

    private static func head(
        _ name: String,
        _ kind: HeadReader.Kind,
        _ bytes: [UInt8]
    ) -> Benchmark {
        Benchmark(name, unit: "head") {
            var reader = HeadReader(kind)
            return { units in
                var length = 0
                for _ in 0..<units {
                    reader.reset()
                    if case .complete(let count) = reader.read(bytes.span, limit: 65_536) {
                        length += count
                    }
                }
                try WrongWork.check("bytes of heads", length, is: units * bytes.count)
                return length
            }
        }
    }

    private static func body(_ name: String, _ fresh: BodyReader, _ bytes: [UInt8]) -> Benchmark {
        Benchmark(name, unit: "body") {
            { units in
                var content = 0
                for _ in 0..<units {
                    var reader = fresh
                    let progress = reader.read(bytes.span, contentLimit: .max)
                    if progress.isFinished { content += progress.content }
                }
                try WrongWork.check("bytes of content", content, is: units * 16_384)
                return content
            }
        }
    }
}
