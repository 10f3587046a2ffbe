// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Content-addressed blocks: the name of a block is the SHA-256 of its bytes.
///
/// Storing the same bytes twice is one block, which is what makes an upload safe to repeat.
struct BlockStore: Sendable {
    private var blocks: [String: ByteBuffer] = [:]
    private(set) var storedBytes = 0
    private let maximumBlocks: Int
    private let maximumStoredBytes: Int

    init(bounds: PrismBounds) {
        maximumBlocks = bounds.maximumBlocks
        maximumStoredBytes = bounds.maximumStoredBytes
    }

    var count: Int { blocks.count }

    /// Refuses an upload that cannot fit, before it is read.
    func admit(byteCount: Int) throws(Refusal) {
        guard storedBytes + byteCount <= maximumStoredBytes else {
            throw .full("blocks", "maximumStoredBytes", maximumStoredBytes)
        }
        guard blocks.count < maximumBlocks else {
            throw .full("blocks", "maximumBlocks", maximumBlocks)
        }
    }

    /// Stores `bytes` under `cid`; false when they were there already.
    mutating func store(_ bytes: ByteBuffer, as cid: String) throws(Refusal) -> Bool {
        guard blocks[cid] == nil else { return false }
        try admit(byteCount: bytes.readableBytes)
        blocks[cid] = bytes
        storedBytes += bytes.readableBytes
        return true
    }

    func block(_ cid: String) throws(Refusal) -> ByteBuffer {
        guard let bytes = blocks[cid] else { throw .unknown("block", cid) }
        return bytes
    }

    var statistics: JSONValue {
        [
            "blocks": JSONValue(count), "used_bytes": JSONValue(storedBytes),
            "capacity_bytes": JSONValue(maximumStoredBytes),
            "free_bytes": JSONValue(maximumStoredBytes - storedBytes),
            "maximum_blocks": JSONValue(maximumBlocks),
        ]
    }
}
