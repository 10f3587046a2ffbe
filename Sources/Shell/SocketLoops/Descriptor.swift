// SPDX-License-Identifier: Apache-2.0
import NIOCore

#if canImport(Glibc)
import CEpoll
import Glibc
#else
import Darwin
#endif

/// The calls of the system on sockets, with their errors as values and without their interruptions.
package enum Descriptor {
    #if canImport(Glibc)
    static let stream = CInt(SOCK_STREAM.rawValue)
    private static let flags = CInt(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    private static let sendFlags = CInt(MSG_NOSIGNAL)
    #else
    static let stream = SOCK_STREAM
    private static let sendFlags: CInt = 0
    #endif

    /// A stream socket that does not block and is no affair of child processes.
    static func make(_ family: CInt) throws(SocketError) -> CInt {
        #if canImport(Glibc)
        let descriptor = socket(family, stream | flags, 0)
        guard descriptor >= 0 else { throw .last }
        #else
        let descriptor = socket(family, stream, 0)
        guard descriptor >= 0 else { throw .last }
        prepare(descriptor)
        #endif
        return descriptor
    }

    #if !canImport(Glibc)
    private static func prepare(_ descriptor: CInt) {
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        set(descriptor, SOL_SOCKET, SO_NOSIGPIPE, 1)
    }
    #endif

    static func connecting(to address: SocketAddress) throws(SocketError) -> CInt {
        let descriptor = try make(address.family)
        if address.port != nil { sendAtOnce(descriptor) }
        let status = address.withSockAddr { connect(descriptor, $0, $1) }
        guard status == 0 || errno == EINPROGRESS || errno == EINTR else {
            let error = SocketError.last
            close(descriptor)
            throw error
        }
        return descriptor
    }

    static func listening(at address: SocketAddress, backlog: CInt) throws(SocketError) -> CInt {
        let descriptor = try bound(to: address)
        // What is accepted has it from here (Linux).
        if address.port != nil { sendAtOnce(descriptor) }
        guard listen(descriptor, backlog) == 0 else {
            let error = SocketError.last
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Takes an address, so that nobody else gets it; nobody listens there yet.
    package static func bound(to address: SocketAddress) throws(SocketError) -> CInt {
        let descriptor = try make(address.family)
        if address.port != nil { set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) }
        guard address.withSockAddr({ bind(descriptor, $0, $1) }) == 0 else {
            let error = SocketError.last
            close(descriptor)
            throw error
        }
        return descriptor
    }

    static func accepted(
        _ listener: CInt,
        _ address: inout SocketAddress
    ) -> Result<CInt, SocketError> {
        while true {
            #if canImport(Glibc)
            let descriptor = address.fill { chaos_accept(listener, $0, &$1) }
            #else
            let descriptor = address.fill { accept(listener, $0, &$1) }
            #endif
            if descriptor >= 0 {
                #if !canImport(Glibc)
                prepare(descriptor)
                if address.port != nil { sendAtOnce(descriptor) }
                #endif
                return .success(descriptor)
            }
            // Clients that are gone again before they were accepted are nobody's affair.
            guard errno == EINTR || errno == ECONNABORTED else { return .failure(.last) }
        }
    }

    /// Small writes leave when they are made (Nagle's algorithm off).
    private static func sendAtOnce(_ descriptor: CInt) {
        set(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    private static func set(_ descriptor: CInt, _ level: CInt, _ option: CInt, _ value: CInt) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    /// What has become of a connect; `nil`: it is connected.
    static func error(of descriptor: CInt) -> SocketError? {
        var code: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else {
            return .last
        }
        return code == 0 ? nil : SocketError(errno: code)
    }

    /// - Returns: the number of bytes, 0 at the peer's end.
    static func read(
        _ descriptor: CInt,
        into place: UnsafeMutableRawBufferPointer
    ) -> Result<Int, SocketError> {
        while true {
            let count = recv(descriptor, place.baseAddress, place.count, 0)
            if count >= 0 { return .success(count) }
            guard errno == EINTR else { return .failure(.last) }
        }
    }

    /// Writes the first buffer of a row, as much as the system takes.
    static func write(_ row: inout ByteRow, to descriptor: CInt) -> Result<Void, SocketError> {
        while true {
            let count = row.first.withUnsafeReadableBytes {
                send(descriptor, $0.baseAddress, $0.count, sendFlags)
            }
            if count >= 0 {
                row.drop(count)
                return .success(())
            }
            guard errno == EINTR else { return .failure(.last) }
        }
    }

    static func shutOutput(_ descriptor: CInt) { _ = shutdown(descriptor, CInt(SHUT_WR)) }

    /// Ends listening at once, also where another process holds a copy of the descriptor: a child has
    /// one between its fork and its exec, and would keep the address taken and connects accepted.
    static func stopListening(_ descriptor: CInt) { _ = shutdown(descriptor, CInt(SHUT_RDWR)) }

    static func abortOnClose(_ descriptor: CInt) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_LINGER,
            &option,
            socklen_t(MemoryLayout<linger>.size)
        )
    }

    package static func close(_ descriptor: CInt) {
        #if canImport(Glibc)
        _ = Glibc.close(descriptor)
        #else
        _ = Darwin.close(descriptor)
        #endif
    }
}
