// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A socket's address as the kernel takes it.
struct SocketPlace {
    let family: CInt
    let storage: [UInt8]

    init(_ text: String) throws {
        if text.hasPrefix("unix:") {
            family = AF_UNIX
            storage = try Self.unix(String(text.dropFirst("unix:".count)))
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[colon...].dropFirst())
        else { throw Trouble("\(text) is not an address") }
        let host = text[..<colon]
        if host.hasPrefix("[") {
            family = AF_INET6
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            guard inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address.sin6_addr) == 1
            else { throw Trouble("\(host) is not an IPv6 address") }
            storage = withUnsafeBytes(of: &address) { Array($0) }
        } else {
            family = AF_INET
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            guard inet_pton(AF_INET, String(host), &address.sin_addr) == 1 else {
                throw Trouble("\(host) is not an IPv4 address")
            }
            storage = withUnsafeBytes(of: &address) { Array($0) }
        }
    }

    private static func unix(_ path: String) throws -> [UInt8] {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw Trouble("\(path) is too long for a socket")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafeBytes(of: &address) { Array($0) }
    }
}
