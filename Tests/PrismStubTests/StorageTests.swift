// SPDX-License-Identifier: Apache-2.0
import PrismStub
import Testing

@Suite(.timeLimit(.minutes(15)))
struct StorageTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `a digest is the one of the standard`(text: String, digest: String) {
        #expect(SHA256.hexDigest(of: text.utf8) == digest)
    }

    @Test func `a digest does not depend on how the bytes were cut`() {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        for cut in 0...130 {
            var hash = SHA256()
            hash.update(Array(bytes.prefix(cut)))
            hash.update(Array(bytes.dropFirst(cut)))
            #expect(hash.finish() == SHA256.hexDigest(of: bytes))
        }
    }

    @Test func `a block is named by its bytes, stored once, and comes back whole`() async throws {
        let block = String(repeating: "0123456789abcdef", count: 20_000)
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { wire in
                let path = "/api/v1/storage/blocks"
                let stored = try await wire.request("POST", path, block, type: "x/y")
                let cid = SHA256.hexDigest(of: block.utf8)
                #expect(stored.status == 201)
                #expect(stored.json == ["cid": .string(cid), "size": 320_000])
                #expect(try await wire.request("POST", path, block, type: "x/y").status == 200)
                let read = try await wire.request("GET", path + "/" + cid)
                #expect(read.headers["content-length"] == "320000")
                #expect(read.headers["content-type"] == "application/octet-stream")
                #expect(read.headers["etag"] == "\"\(cid)\"")
                #expect(read.text == block)
                let statistics = try await wire.request("GET", "/api/v1/storage/stats").json
                #expect(statistics["blocks"] == 1)
                #expect(statistics["used_bytes"] == 320_000)
            }
        }
    }

    @Test(
        arguments: [
            ("bytes=2-4", 206, "bytes 2-4/10", "234"), ("bytes=7-", 206, "bytes 7-9/10", "789"),
            ("bytes=-3", 206, "bytes 7-9/10", "789"), ("bytes=8-99", 206, "bytes 8-9/10", "89"),
            ("bytes=10-", 416, "bytes */10", nil), ("bytes=4-2", 200, nil, "0123456789"),
            ("lines=1-2", 200, nil, "0123456789"),
        ] as [(String, Int, String?, String?)]
    )
    func `a range is the part that was asked for`(
        field: String,
        status: Int,
        range: String?,
        body: String?
    ) async throws {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { wire in
                let path = "/api/v1/storage/blocks"
                let stored = try await wire.request("POST", path, "0123456789", type: "x/y")
                let location = stored.headers["location"] ?? ""
                let read = try await wire.request("GET", location, headers: "Range: \(field)\r\n")
                #expect(read.status == status)
                #expect(read.headers["content-range"] == range)
                if let body { #expect(read.text == body) }
            }
        }
    }

    @Test func `more than the storage holds is refused with 507`() async throws {
        var configuration = PrismService.Configuration.loopback
        configuration.bounds.maximumStoredBytes = 10
        try await PrismService.serve(configuration) { service in
            try await Wire.open(to: service) { wire in
                let path = "/api/v1/storage/blocks"
                let stored = try await wire.request("POST", path, "12345678", type: "x")
                let refused = try await wire.request("POST", path, "abc", type: "x")
                #expect(stored.status == 201)
                #expect(refused.status == 507)
            }
        }
    }
}
