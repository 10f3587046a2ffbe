// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Finds the end of one HTTP/1.1 body (RFC 9112, section 6) and counts its content.
package struct BodyReader: Equatable, Sendable {
    private var phase: Phase

    private enum Phase: Equatable {
        /// So many bytes are still to come.
        case counted(UInt64)
        case chunked(ChunkReader)
        /// Everything until the connection ends.
        case untilClose
        case finished
    }

    /// What a call took from the bytes it was shown.
    package struct Progress: Equatable, Sendable {
        /// Bytes that belong to this body, framing included.
        package var length: Int
        /// Bytes of content among them.
        package var content: Int
        package var isFinished: Bool
        package var violation: Violation?
    }

    package static let empty = BodyReader(phase: .finished)
    package static let chunked = BodyReader(phase: .chunked(ChunkReader()))
    package static let untilClose = BodyReader(phase: .untilClose)

    package static func counted(_ length: UInt64) -> BodyReader {
        BodyReader(phase: length == 0 ? .finished : .counted(length))
    }

    package var isFinished: Bool { phase == .finished }
    package var endsWithConnection: Bool { phase == .untilClose }

    /// Bytes of content that stand next to each other in front of any framing; 0 before framing.
    package var contentAhead: UInt64 {
        switch phase {
        case .counted(let remaining): remaining
        case .chunked(let reader): reader.contentAhead
        case .untilClose: .max
        case .finished: 0
        }
    }

    /// Takes what belongs to the body.
    ///
    /// - Parameter contentLimit: stop after so many bytes of content; what follows is left.
    package mutating func read(
        _ bytes: borrowing Span<UInt8>,
        contentLimit: UInt64
    ) -> Progress {
        switch phase {
        case .finished:
            return Progress(length: 0, content: 0, isFinished: true, violation: nil)
        case .counted(let remaining):
            let taken = min(remaining, UInt64(bytes.count), contentLimit)
            phase = taken == remaining ? .finished : .counted(remaining - taken)
            return Progress(
                length: Int(taken),
                content: Int(taken),
                isFinished: isFinished,
                violation: nil
            )
        case .untilClose:
            let taken = Int(min(UInt64(bytes.count), contentLimit))
            return Progress(length: taken, content: taken, isFinished: false, violation: nil)
        case .chunked(var reader):
            let progress = reader.read(bytes, contentLimit: contentLimit)
            phase = progress.isFinished ? .finished : .chunked(reader)
            return progress
        }
    }
}

/// Follows the chunked coding (RFC 9112, 7.1) without taking it apart.
struct ChunkReader: Equatable, Sendable {
    /// Bytes of extensions that one chunk may have.
    static let maximumExtensionLength = 4_096
    /// Bytes of the whole trailer section.
    static let maximumTrailerLength = 65_536

    private enum Phase: Equatable {
        case size(digits: Int)
        /// White space behind the size: an extension or nothing may follow (RFC 9112, 7.1.1).
        case spaceAfterSize(length: Int)
        case chunkExtension(length: Int)
        case sizeLineFeed
        case content
        case contentCarriageReturn
        case contentLineFeed
        case trailer
        case trailerLineFeed
    }

    private var phase = Phase.size(digits: 0)
    /// Of the current chunk: first its size, then what is still to come.
    private var remaining: UInt64 = 0
    private var trailerLength = 0
    private var trailerLineLength = 0
    private var trailerNameEnded = false

    var contentAhead: UInt64 { phase == .content ? remaining : 0 }

    mutating func read(
        _ bytes: borrowing Span<UInt8>,
        contentLimit: UInt64
    ) -> BodyReader.Progress {
        var position = 0
        var content: UInt64 = 0
        func progress(_ finished: Bool, _ violation: Violation? = nil) -> BodyReader.Progress {
            BodyReader.Progress(
                length: position,
                content: Int(content),
                isFinished: finished,
                violation: violation
            )
        }
        while position < bytes.count {
            if phase == .content {
                let taken = min(remaining, UInt64(bytes.count - position), contentLimit - content)
                guard taken > 0 else { return progress(false) }
                content += taken
                remaining -= taken
                position += Int(taken)
                if remaining == 0 { phase = .contentCarriageReturn }
                continue
            }
            // Nothing after the last byte of content that is wanted.
            if content == contentLimit, contentLimit > 0 { return progress(false) }
            let byte = bytes[position]
            position += 1
            switch step(byte) {
            case .success(let isFinished): if isFinished { return progress(true) }
            case .failure(let violation): return progress(false, violation)
            }
        }
        return progress(false)
    }

    /// One byte of framing; says whether it was the last of the body.
    private mutating func step(_ byte: UInt8) -> Result<Bool, Violation> {
        switch phase {
        case .size(let digits): return stepSize(byte, digits)
        case .spaceAfterSize(let length):
            switch byte {
            case Octet.carriageReturn: phase = .sizeLineFeed
            case Octet.semicolon: phase = .chunkExtension(length: length + 1)
            case Octet.space where length < Self.maximumExtensionLength,
                Octet.tab where length < Self.maximumExtensionLength:
                phase = .spaceAfterSize(length: length + 1)
            default: return .failure(byte == Octet.lineFeed ? .bareLineFeed : .chunkLine)
            }
        case .chunkExtension(let length):
            if byte == Octet.carriageReturn {
                phase = .sizeLineFeed
            } else if length >= Self.maximumExtensionLength || !Token.isFieldText(byte) {
                return .failure(byte == Octet.lineFeed ? .bareLineFeed : .chunkLine)
            } else {
                phase = .chunkExtension(length: length + 1)
            }
        case .sizeLineFeed:
            guard byte == Octet.lineFeed else { return .failure(.bareCarriageReturn) }
            phase = remaining == 0 ? .trailer : .content
        case .content: break
        case .contentCarriageReturn:
            guard byte == Octet.carriageReturn else { return .failure(.chunkEnd) }
            phase = .contentLineFeed
        case .contentLineFeed:
            guard byte == Octet.lineFeed else { return .failure(.chunkEnd) }
            phase = .size(digits: 0)
        case .trailer: return stepTrailer(byte)
        case .trailerLineFeed:
            guard byte == Octet.lineFeed else { return .failure(.bareCarriageReturn) }
            if trailerLineLength == 0 { return .success(true) }
            guard trailerNameEnded else { return .failure(.fieldName) }
            trailerLineLength = 0
            trailerNameEnded = false
            phase = .trailer
        }
        return .success(false)
    }

    private mutating func stepSize(_ byte: UInt8, _ digits: Int) -> Result<Bool, Violation> {
        if let value = ASCII.hexValue(byte) {
            // Sixteen digits hold any size of 64 bits; leading zeros count among them.
            guard digits < 16 else { return .failure(.chunkSize) }
            remaining = remaining << 4 | UInt64(value)
            phase = .size(digits: digits + 1)
            return .success(false)
        }
        guard digits > 0, remaining <= UInt64(Int64.max) else { return .failure(.chunkSize) }
        switch byte {
        case Octet.carriageReturn: phase = .sizeLineFeed
        case Octet.semicolon: phase = .chunkExtension(length: 1)
        case Octet.space, Octet.tab: phase = .spaceAfterSize(length: 1)
        case Octet.lineFeed: return .failure(.bareLineFeed)
        default: return .failure(.chunkSize)
        }
        return .success(false)
    }

    private mutating func stepTrailer(_ byte: UInt8) -> Result<Bool, Violation> {
        trailerLength += 1
        guard trailerLength <= Self.maximumTrailerLength else { return .failure(.trailerTooLarge) }
        if byte == Octet.carriageReturn {
            phase = .trailerLineFeed
            return .success(false)
        }
        if byte == Octet.lineFeed { return .failure(.bareLineFeed) }
        if trailerLineLength == 0, byte == Octet.space || byte == Octet.tab {
            return .failure(.foldedLine)
        }
        if !trailerNameEnded {
            if byte == Octet.colon, trailerLineLength > 0 {
                trailerNameEnded = true
            } else if !Token.contains(byte) {
                return .failure(.fieldName)
            }
        } else if !Token.isFieldText(byte) {
            return .failure(.fieldValue)
        }
        trailerLineLength += 1
        return .success(false)
    }
}
