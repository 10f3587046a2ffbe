// SPDX-License-Identifier: Apache-2.0
import Foundation
import SocketFiles
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct SocketFileTests {
    @Test func `where nothing is, the way is free`() throws {
        try SocketFolder.with { folder in try SocketFile(path: folder.path("p")).makeWay() }
    }

    @Test func `a socket that nobody answers is replaced`() throws {
        try SocketFolder.with { folder in
            let path = folder.path("p")
            try #require(ListeningSocket(path: path)).close()
            #expect(folder.exists("p"), "closing leaves the file, as a process that died would")
            try SocketFile(path: path).makeWay()
            #expect(!folder.exists("p"))
            let next = try #require(ListeningSocket(path: path))
            next.close()
        }
    }

    @Test func `a socket that answers is left alone`() throws {
        try SocketFolder.with { folder in
            let path = folder.path("p")
            let live = try #require(ListeningSocket(path: path))
            defer { live.close() }
            #expect(throws: SocketFile.Failure.inUse(path: path)) {
                try SocketFile(path: path).makeWay()
            }
            #expect(folder.exists("p"))
        }
    }

    @Test func `a socket whose backlog is full is in use`() throws {
        try SocketFolder.with { folder in
            let path = folder.path("p")
            let live = try #require(ListeningSocket(path: path, backlog: 0))
            defer { live.close() }
            let clients = (0..<4).compactMap { _ in ConnectingSocket(path: path) }
            defer { for client in clients { client.close() } }
            for _ in 0..<3 {
                #expect(throws: SocketFile.Failure.inUse(path: path)) {
                    try SocketFile(path: path).makeWay()
                }
            }
        }
    }

    @Test(arguments: ["file", "folder", "link"])
    func `what is not a socket is not ours to delete`(kind: String) throws {
        try SocketFolder.with { folder in
            let path = folder.path("p")
            switch kind {
            case "file": try Data("kept".utf8).write(to: URL(filePath: path))
            case "folder": #expect(mkdir(path, 0o700) == 0)
            default: #expect(symlink("/nowhere", path) == 0)
            }
            #expect(throws: SocketFile.Failure.notASocket(path: path)) {
                try SocketFile(path: path).makeWay()
            }
            SocketFile(path: path).remove()
            #expect(folder.exists("p"))
        }
    }

    @Test func `a path that cannot be looked at is an error with its reason`() throws {
        try SocketFolder.with { folder in
            try Data().write(to: URL(filePath: folder.path("f")))
            #expect(throws: SocketFile.Failure.self) {
                try SocketFile(path: folder.path("f/p")).makeWay()
            }
        }
    }

    @Test func `the folder is made for its owner only and kept when it is there`() throws {
        try SocketFolder.with { folder in
            let file = SocketFile(path: folder.path("run/p"))
            try file.makeDirectory()
            #expect(folder.mode("run") == 0o700)
            #expect(chmod(folder.path("run"), 0o755) == 0)
            try file.makeDirectory()
            #expect(folder.mode("run") == 0o755)
            #expect(throws: SocketFile.Failure.self) {
                try SocketFile(path: folder.path("no/such/p")).makeDirectory()
            }
            try SocketFile(path: "p").makeDirectory()
            try SocketFile(path: "/p").makeDirectory()
        }
    }

    @Test func `only the owner may connect`() throws {
        try SocketFolder.with { folder in
            let path = folder.path("p")
            let live = try #require(ListeningSocket(path: path))
            defer { live.close() }
            #expect(chmod(path, 0o777) == 0)
            try SocketFile(path: path).restrict()
            #expect(folder.mode("p") == 0o600)
            #expect(throws: SocketFile.Failure.self) {
                try SocketFile(path: folder.path("none")).restrict()
            }
        }
    }

    @Test func `the socket is removed at the end, and once is enough`() throws {
        try SocketFolder.with { folder in
            let path = folder.path("p")
            try #require(ListeningSocket(path: path)).close()
            SocketFile(path: path).remove()
            #expect(!folder.exists("p"))
            SocketFile(path: path).remove()
        }
    }

    @Test func `every failure names the path and what to do`() {
        let failures: [SocketFile.Failure] = [
            .inUse(path: "/p"), .notASocket(path: "/p"), .tooLong(path: "/p"),
            .system(path: "/p", reason: "gone"),
        ]
        for failure in failures { #expect(failure.description.hasPrefix("/p")) }
    }
}
