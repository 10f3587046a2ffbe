// SPDX-License-Identifier: Apache-2.0
import FaultModel

extension Configuration {
    /// The same, with every proxy that listens on TCP at a port that the system chooses.
    package var onFreePorts: Configuration {
        var configuration = self
        configuration.proxies = proxies.map(\.onFreePort)
        return configuration
    }
}

extension ProxyEntry {
    fileprivate var onFreePort: ProxyEntry {
        guard case .tcp(let host, _) = definition.listen else { return self }
        var definition = definition
        definition.listen = .tcp(host: host, port: 0)
        let listen = DocumentValue.string(definition.listen.description)
        return ProxyEntry(
            definition: definition,
            node: DocumentNode(source.setting("listen", to: listen)),
            path: path,
            file: file
        )
    }
}
