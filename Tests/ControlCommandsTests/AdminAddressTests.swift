// SPDX-License-Identifier: Apache-2.0
import AdminClient
import AdminContract
import Testing

@Suite struct AdminAddressTests {
    private static let everything = [
        "CHAOS_SOCKET": "/b", "CHAOS_URL": "http://h:1/", "CHAOS_TOKEN": "t",
        "XDG_RUNTIME_DIR": "/run/user/1",
    ]

    private func find(
        _ option: String? = nil,
        without names: [String] = [],
        isRoot: Bool = false
    ) throws -> AdminAddress {
        var environment = Self.everything
        for name in names { environment[name] = nil }
        return try AdminAddress.find(option: option, environment: environment, isRoot: isRoot)
    }

    @Test func `the more deliberate choice of a socket wins`() throws {
        #expect(try find("/a") == .socket(path: "/a"))
        #expect(try find() == .socket(path: "/b"))
        #expect(try find(without: ["CHAOS_SOCKET"]) == .url("http://h:1", token: "t"))
        let none = ["CHAOS_SOCKET", "CHAOS_URL"]
        #expect(try find(without: none) == .socket(path: "/run/user/1/chaosproxy.sock"))
        #expect(
            try find(without: none, isRoot: true) == .socket(path: "/run/chaosproxy/admin.sock")
        )
        #expect(throws: AdminAddress.Failure.nowhere) {
            try find(without: none + ["XDG_RUNTIME_DIR"])
        }
    }

    @Test func `a variable that is empty counts as not set`() throws {
        let environment = ["CHAOS_SOCKET": "", "XDG_RUNTIME_DIR": "/r"]
        #expect(
            try AdminAddress.find(option: nil, environment: environment, isRoot: false)
                == .socket(path: "/r/chaosproxy.sock")
        )
    }

    @Test(arguments: ["h:1", "ftp://h", "http://", "http://h/x", "http://u@h", "http://h?x"])
    func `an address that would be read in part is refused`(_ url: String) {
        #expect(throws: AdminAddress.Failure.badURL(url)) {
            try AdminAddress.find(option: nil, environment: ["CHAOS_URL": url], isRoot: false)
        }
    }

    @Test func `a path that no socket can have is refused`() {
        let path = String(repeating: "x", count: 108)
        #expect(throws: AdminAddress.Failure.longPath(path)) {
            try AdminAddress.find(option: path, environment: [:], isRoot: false)
        }
    }

    @Test func `a name in a path or query is escaped`() {
        #expect(AdminRequest.escaped("a/b ?#%é~") == "a%2Fb%20%3F%23%25%C3%A9~")
    }
}
