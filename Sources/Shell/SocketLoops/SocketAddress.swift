// SPDX-License-Identifier: Apache-2.0
package import FaultModel

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Where a socket is, or is to be: IPv4, IPv6 or a path.
package struct SocketAddress: Sendable {
    private var storage = sockaddr_storage()
    private(set) var length: socklen_t

    /// - Throws: for a path longer than ``Endpoint/maximumPathLength``.
    package init(unixPath path: String) throws(SocketError) {
        var address = sockaddr_un()
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count <= Endpoint.maximumPathLength else {
            throw SocketError(errno: ENAMETOOLONG)
        }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        length = socklen_t(MemoryLayout<sockaddr_un>.size)
        withUnsafeMutableBytes(of: &storage) { place in
            withUnsafeBytes(of: &address) { place.copyMemory(from: $0) }
        }
    }

    /// What a call of the system fills in.
    private init(
        _ fill: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> CInt
    ) throws(SocketError) {
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var length = length
        let status = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { fill($0, &length) }
        }
        guard status == 0 else { throw .last }
        self.length = length
    }

    /// Where a bound socket is (getsockname(2)).
    init(ofSocket descriptor: CInt) throws(SocketError) {
        try self.init { getsockname(descriptor, $0, &$1) }
    }

    /// An empty place for accept(2) to fill.
    init() { length = socklen_t(MemoryLayout<sockaddr_storage>.size) }

    private init(_ info: addrinfo) {
        length = info.ai_addrlen
        withUnsafeMutableBytes(of: &storage) { place in
            guard let address = info.ai_addr else { return }
            place.copyMemory(
                from: UnsafeRawBufferPointer(start: address, count: Int(info.ai_addrlen))
            )
        }
    }

    /// The addresses of a host, in the order in which they should be tried (RFC 6724).
    ///
    /// Blocks while a name server is asked, unless `numericOnly`.
    ///
    /// - Throws: what the resolver says, also for a name where only numbers are allowed.
    package static func resolve(
        host: String,
        port: UInt16,
        numericOnly: Bool
    ) throws(SocketError) -> [SocketAddress] {
        var hints = addrinfo()
        #if canImport(Glibc)
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        #else
        hints.ai_socktype = SOCK_STREAM
        #endif
        hints.ai_flags = AI_NUMERICSERV | (numericOnly ? AI_NUMERICHOST : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else {
            throw status == EAI_SYSTEM ? .last : SocketError(resolver: status)
        }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let info = next {
            addresses.append(SocketAddress(info.pointee))
            next = info.pointee.ai_next
        }
        return addresses
    }

    package var family: CInt { CInt(storage.ss_family) }

    /// `nil` for a Unix socket.
    package var port: UInt16? { internet?.port }

    /// `nil` for a Unix socket.
    package var ip: IPAddress? { internet?.ip }

    private var internet: (ip: IPAddress, port: UInt16)? {
        withUnsafeBytes(of: storage) { bytes in
            switch family {
            case AF_INET:
                let address = bytes.loadUnaligned(as: sockaddr_in.self)
                let ip = IPAddress(ipv4: UInt32(bigEndian: address.sin_addr.s_addr))
                return (ip, UInt16(bigEndian: address.sin_port))
            case AF_INET6:
                let address = bytes.loadUnaligned(as: sockaddr_in6.self)
                let (high, low) = withUnsafeBytes(of: address.sin6_addr) {
                    (
                        $0.loadUnaligned(as: UInt64.self),
                        $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                    )
                }
                let ip = IPAddress(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
                return (ip, UInt16(bigEndian: address.sin6_port))
            default: return nil
            }
        }
    }

    func withSockAddr<Value>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    mutating func fill(_ body: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> CInt) -> CInt {
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        defer { self.length = length }
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `192.0.2.1:80`, `[2001:db8::1]:80`, or `unix`.
    package var description: String {
        guard let (ip, port) = internet else { return "unix" }
        return Endpoint.tcp(host: String(describing: ip), port: port).description
    }
}
