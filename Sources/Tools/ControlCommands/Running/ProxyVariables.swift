// SPDX-License-Identifier: Apache-2.0
import AdminContract

/// What a command is told of the proxies, in its environment.
struct ProxyVariables {
    /// Two proxies whose names become the same variable's.
    struct Clash: Error, Equatable {
        let first: String
        let second: String
        let variable: String
    }

    /// The part of a variable's name that stands for a proxy: capitals, digits and `_`.
    static func word(_ proxy: String) -> String {
        proxy.uppercased().unicodeScalars.reduce(into: "") { word, scalar in
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || "0"..."9" ~= scalar)
            word.unicodeScalars.append(isPlain ? scalar : "_")
        }
    }

    /// - Throws: when two names cannot be told apart.
    static func check(_ proxies: [String]) throws(Clash) {
        var known: [String: String] = [:]
        for proxy in proxies {
            if let first = known.updateValue(proxy, forKey: word(proxy)) {
                throw Clash(first: first, second: proxy, variable: "CHAOS_\(word(proxy))_URL")
            }
        }
    }

    /// `CHAOS_<PROXY>_URL` and `CHAOS_<PROXY>_ADDRESS` of each proxy that listens.
    static func of(_ proxies: [ProxyReply]) -> [String: String] {
        var variables: [String: String] = [:]
        for proxy in proxies {
            guard let address = proxy.address.map(reachable) else { continue }
            let scheme = proxy.transport == "tcp" ? "tcp" : "http"
            let url = address.hasPrefix("unix:") ? address : "\(scheme)://\(address)"
            variables["CHAOS_\(word(proxy.name))_ADDRESS"] = address
            variables["CHAOS_\(word(proxy.name))_URL"] = url
        }
        return variables
    }

    /// Where a client connects to: "every address" is an address only for listening.
    static func reachable(_ address: String) -> String {
        for (every, local) in ["0.0.0.0:": "127.0.0.1:", "[::]:": "[::1]:"]
        where address.hasPrefix(every) {
            return local + address.dropFirst(every.count)
        }
        return address
    }
}
