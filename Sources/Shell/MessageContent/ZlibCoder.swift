// SPDX-License-Identifier: Apache-2.0
import CZlib
package import WireFormats

/// Content codings by zlib.
package struct ZlibCoder: ContentCoder {
    /// The largest content that is coded, in bytes: zlib counts in 32 bits.
    static let maximumLength = 1 << 30

    package init() {}

    /// Whatever is wrong with the content, it ends at `limit` bytes of result.
    package func decoded(
        _ content: [UInt8],
        from coding: ContentCoding,
        limit: Int
    ) -> [UInt8]? {
        guard content.count <= Self.maximumLength else { return nil }
        switch coding {
        case .gzip: return Inflation.decoded(content, .gzip, limit: limit)
        case .deflate:
            return Inflation.decoded(content, .zlib, limit: limit)
                ?? Inflation.decoded(content, .bare, limit: limit)
        }
    }

    package func encoded(_ content: [UInt8], in coding: ContentCoding) -> [UInt8]? {
        guard content.count <= Self.maximumLength else { return nil }
        return Deflation.encoded(content, coding == .gzip ? .gzip : .zlib)
    }
}

/// What zlib is told about the format by `windowBits`.
enum ZlibFormat: Int32 {
    case zlib = 15
    case gzip = 31
    case bare = -15
}

/// zlib keeps the address of its stream, so the stream must not move.
private func withStream<Result>(
    _ body: (UnsafeMutablePointer<z_stream>) -> Result
) -> Result {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer {
        stream.deinitialize(count: 1)
        stream.deallocate()
    }
    return body(stream)
}

enum Inflation {
    /// Bytes of output that zlib is given room for at a time.
    private static let stepLength = 16_384

    static func decoded(_ content: [UInt8], _ format: ZlibFormat, limit: Int) -> [UInt8]? {
        withStream { stream in
            let size = Int32(MemoryLayout<z_stream>.size)
            guard inflateInit2_(stream, format.rawValue, zlibVersion(), size) == Z_OK else {
                return nil
            }
            defer { inflateEnd(stream) }
            var content = content
            return content.withUnsafeMutableBufferPointer { input in
                stream.pointee.next_in = input.baseAddress
                stream.pointee.avail_in = UInt32(input.count)
                return output(of: stream, format, limit: limit)
            }
        }
    }

    private static func output(
        of stream: UnsafeMutablePointer<z_stream>,
        _ format: ZlibFormat,
        limit: Int
    ) -> [UInt8]? {
        var output: [UInt8] = []
        var step = [UInt8](repeating: 0, count: stepLength)
        while true {
            let (code, count) = step.withUnsafeMutableBufferPointer { room in
                stream.pointee.next_out = room.baseAddress
                stream.pointee.avail_out = UInt32(room.count)
                let code = inflate(stream, Z_NO_FLUSH)
                return (code, room.count - Int(stream.pointee.avail_out))
            }
            guard output.count + count <= limit else { return nil }
            output += step[..<count]
            if code == Z_OK { continue }
            guard code == Z_STREAM_END else { return nil }
            if stream.pointee.avail_in == 0 { return output }
            // RFC 1952, 2.2: a file is members one behind another.
            guard format == .gzip, inflateReset(stream) == Z_OK else { return nil }
        }
    }
}

enum Deflation {
    static func encoded(_ content: [UInt8], _ format: ZlibFormat) -> [UInt8]? {
        withStream { stream in
            let size = Int32(MemoryLayout<z_stream>.size)
            let started = deflateInit2_(
                stream,
                Z_DEFAULT_COMPRESSION,
                Z_DEFLATED,
                format.rawValue,
                memoryLevel,
                Z_DEFAULT_STRATEGY,
                zlibVersion(),
                size
            )
            guard started == Z_OK else { return nil }
            defer { deflateEnd(stream) }
            let bound = Int(deflateBound(stream, UInt(content.count)))
            var output = [UInt8](repeating: 0, count: bound)
            var content = content
            let code = content.withUnsafeMutableBufferPointer { input in
                output.withUnsafeMutableBufferPointer { room in
                    stream.pointee.next_in = input.baseAddress
                    stream.pointee.avail_in = UInt32(input.count)
                    stream.pointee.next_out = room.baseAddress
                    stream.pointee.avail_out = UInt32(room.count)
                    return deflate(stream, Z_FINISH)
                }
            }
            guard code == Z_STREAM_END else { return nil }
            output.removeLast(Int(stream.pointee.avail_out))
            return output
        }
    }

    /// zlib's default.
    private static let memoryLevel: Int32 = 8
}
