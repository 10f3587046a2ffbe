// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

extension Route {
    static let storage: [Route] = [
        Route(.POST, "/api/v1/storage/blocks", reading: .block) {
            request,
            state throws(Refusal) in
            let bytes = request.body.bytes
            let cid = request.body.sha256 ?? SHA256.hexDigest(of: bytes.readableBytesView)
            let isNew = try state.change { (world) throws(Refusal) in
                let isNew = try world.blocks.store(bytes, as: cid)
                if isNew {
                    world.publish(
                        "storage.block.stored",
                        ["cid": .string(cid), "size": JSONValue(bytes.readableBytes)]
                    )
                }
                return isNew
            }
            let body: JSONValue = ["cid": .string(cid), "size": JSONValue(bytes.readableBytes)]
            return Answer.json(body, isNew ? .created : .ok)
                .with("Location", "/api/v1/storage/blocks/\(cid)")
        },
        Route(.GET, "/api/v1/storage/blocks/{cid}") { request, state throws(Refusal) in
            let cid = request.parameter("cid")
            return try .block(try state.snapshot.blocks.block(cid), named: cid, for: request)
        },
        Route(.GET, "/api/v1/storage/stats") { _, state throws(Refusal) in
            .json(state.snapshot.blocks.statistics)
        },
    ]
}

extension Answer {
    /// A block, whole or the one range that was asked for (RFC 9110, section 14.2).
    fileprivate static func block(
        _ bytes: ByteBuffer,
        named cid: String,
        for request: Request
    ) throws(Refusal) -> Answer {
        let tag = "\"\(cid)\""
        var answer = Answer(.ok, body: .bytes(bytes)).with("ETag", tag)
            .with("Content-Type", "application/octet-stream").with("Accept-Ranges", "bytes")
        if request.headers.first(name: "if-none-match") == tag {
            answer.status = .notModified
            answer.body = .none
            return answer
        }
        let ifRange = request.headers.first(name: "if-range")
        guard request.method == .GET, let field = request.headers.first(name: "range"),
            ifRange == nil || ifRange == tag,
            let wanted = ByteRange(parsing: field)
        else { return answer }
        let size = bytes.readableBytes
        guard let range = wanted.resolved(in: size),
            let slice = bytes.getSlice(
                at: bytes.readerIndex + range.lowerBound,
                length: range.count
            )
        else {
            throw Refusal(
                .rangeNotSatisfiable,
                "range_not_satisfiable",
                "The block has \(size) bytes."
            ).with("Content-Range", "bytes */\(size)")
        }
        answer.status = .partialContent
        answer.body = .bytes(slice)
        return answer.with(
            "Content-Range",
            "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
        )
    }

    /// The log entry by entry: each is a piece of its own, so the answer is chunked.
    static func log(
        _ entries: [ConsensusLog.Entry],
        commitIndex: Int,
        firstIndex: Int
    ) -> Answer {
        let pieces: @Sendable (Int) -> ByteBuffer? = { index in
            switch index {
            case 0:
                let head = "{\"commit_index\":\(commitIndex),\"first_index\":\(firstIndex),"
                return ByteBuffer(string: head + "\"entries\":[")
            case _ where entries.indices.contains(index - 1):
                let separator = index == 1 ? "" : ","
                return ByteBuffer(string: separator + entries[index - 1].json.text)
            case entries.count + 1: return ByteBuffer(string: "]}\n")
            default: return nil
            }
        }
        return Answer(.ok, body: .pieces(pieces)).with("Content-Type", "application/json")
    }
}
