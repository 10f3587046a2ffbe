// SPDX-License-Identifier: Apache-2.0
import FaultModel
import NIOCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Socket addresses and errors in words.
enum SocketText {
    static func describe(_ address: SocketAddress) -> String {
        switch address {
        case .unixDomainSocket: "unix"
        case .v4, .v6:
            Endpoint.tcp(
                host: address.ipAddress ?? "?",
                port: UInt16(clamping: address.port ?? 0)
            ).description
        }
    }

    static func describe(_ error: any Error) -> String {
        switch error {
        case let error as IOError where [EMFILE, ENFILE].contains(error.errnoCode):
            "no descriptor is left (\(String(cString: strerror(error.errnoCode)))); raise the limit "
                + "of open files (ulimit -n)"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case let error as ChannelError:
            if case .connectTimeout(let time) = error {
                "no answer within \(time.nanoseconds / 1_000_000) ms"
            } else {
                "\(error)"
            }
        default: "\(error)"
        }
    }

    static func address(_ address: SocketAddress) -> IPAddress? {
        address.ipAddress.flatMap { IPAddress($0) }
    }
}
