// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
package import Foundation
import NIOCore

extension AdminClient {
    /// Hands over the lines of a stream, one after the other, until it ends.
    ///
    /// The stream is read no faster than `take` returns; what piles up does so at the proxy, which
    /// then says how many records were missed. There is no bound on how long a stream is silent.
    ///
    /// - Parameters:
    ///   - request: Such as GET `/v1/events`.
    ///   - take: Given each line without its end; empty lines are left out.
    /// - Throws: ``AdminFailure``, or what `take` throws.
    package func lines(
        of request: AdminRequest,
        _ take: (Data) async throws -> Void
    ) async throws {
        let response: HTTPClientResponse
        do {
            response = try await open(request, accepting: "application/x-ndjson")
        } catch {
            throw AdminFailure(error, at: address, isChange: false, bounds: bounds)
        }
        var pieces = response.body.makeAsyncIterator()
        var splitter = LineSplitter(longest: bounds.line)
        while let piece = try await next(of: &pieces) {
            guard splitter.append(Data(piece.readableBytesView)) else {
                throw AdminFailure.unintelligible(
                    address,
                    "a line of more than \(bounds.line) bytes"
                )
            }
            while let line = splitter.next() { try await take(line) }
        }
        if let line = splitter.rest() { try await take(line) }
    }

    private func next(
        of pieces: inout HTTPClientResponse.Body.AsyncIterator
    ) async throws(AdminFailure) -> ByteBuffer? {
        do {
            return try await pieces.next()
        } catch {
            throw AdminFailure(error, at: address, isChange: false, bounds: bounds)
        }
    }
}

/// Cuts a stream of bytes into lines; keeps no more than one line and one piece.
struct LineSplitter {
    private var held = Data()
    private var searched = 0
    private let longest: Int

    init(longest: Int) { self.longest = longest }

    /// - Returns: `false` when the line that was begun before this piece has outgrown the bound.
    mutating func append(_ piece: Data) -> Bool {
        held.append(piece)
        return searched <= longest
    }

    /// The next whole line that is not empty.
    mutating func next() -> Data? {
        while let end = held[(held.startIndex + searched)...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = held[held.startIndex..<end]
            let result = Data(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
            held = held[held.index(after: end)...]
            searched = 0
            if !result.isEmpty { return result }
        }
        // Rebased, so that what was handed over is let go.
        held = Data(held)
        searched = held.count
        return nil
    }

    /// What is left when the stream has ended without a line's end.
    mutating func rest() -> Data? {
        defer { held = Data() }
        return held.isEmpty ? nil : held
    }
}
