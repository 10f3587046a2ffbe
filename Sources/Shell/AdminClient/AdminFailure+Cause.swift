// SPDX-License-Identifier: Apache-2.0
import AdminContract
import AsyncHTTPClient
import Foundation
import NIOCore

extension AdminFailure {
    /// What an error of the HTTP client means to somebody who runs a proxy.
    init(_ error: any Error, at address: AdminAddress, isChange: Bool, bounds: AdminClient.Bounds) {
        switch error {
        case let failure as AdminFailure:
            self = failure
        case let error as HTTPClientError where error == .connectTimeout:
            self = .unreachable(address, .timedOut(seconds: bounds.connect.components.seconds))
        case let error as HTTPClientError
        where error == .deadlineExceeded || error == .readTimeout:
            self = .unanswered(
                address,
                seconds: bounds.answer.components.seconds,
                isChange: isChange
            )
        case let error as HTTPClientError where error == .remoteConnectionClosed:
            self = .cutShort(address, isChange: isChange)
        case let error as IOError where error.errnoCode == ECONNRESET || error.errnoCode == EPIPE:
            // There was a connection, so the request may have been read.
            self = .cutShort(address, isChange: isChange)
        case let error as HTTPClientError:
            self = .unintelligible(address, error.shortDescription)
        default:
            self = .unreachable(address, Reason(error))
        }
    }
}

extension AdminFailure.Reason {
    fileprivate init(_ error: any Error) {
        guard let error = error as? IOError else {
            self = .other(String(describing: error))
            return
        }
        switch error.errnoCode {
        case ENOENT: self = .noSocket
        case ECONNREFUSED: self = .nobodyListening
        case EACCES, EPERM: self = .notPermitted
        default: self = .other(String(cString: strerror(error.errnoCode)))
        }
    }
}
