// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

/// The tables were made with another implementation, Python's `ipaddress`.
@Suite struct IPAddressTests {
    private static let addresses: [(String, (UInt64, UInt64)?)] = [
        ("0.0.0.0", (0x0, 0xffff00000000)),
        ("127.0.0.1", (0x0, 0xffff7f000001)),
        ("255.255.255.255", (0x0, 0xffffffffffff)),
        ("192.0.2.1", (0x0, 0xffffc0000201)),
        ("1.2.3", nil),
        ("1.2.3.4.5", nil),
        ("256.0.0.1", nil),
        ("1.2.3.-4", nil),
        ("1.2.3.+4", nil),
        ("01.2.3.4", nil),
        ("1.2.3.004", nil),
        ("1..2.3", nil),
        (".1.2.3", nil),
        ("1.2.3.", nil),
        ("1.2.3.4 ", nil),
        (" 1.2.3.4", nil),
        ("1.2.3.4a", nil),
        ("0x1.2.3.4", nil),
        ("1234.1.1.1", nil),
        ("١.2.3.4", nil),
        ("::", (0x0, 0x0)),
        ("::1", (0x0, 0x1)),
        ("1::", (0x1000000000000, 0x0)),
        (":::", nil),
        (":::1", nil),
        ("1:::", nil),
        ("::1::", nil),
        ("1::2::3", nil),
        ("1:2:3:4:5:6:7:8", (0x1000200030004, 0x5000600070008)),
        ("1:2:3:4:5:6:7", nil),
        ("1:2:3:4:5:6:7:8:9", nil),
        ("::2:3:4:5:6:7:8", (0x200030004, 0x5000600070008)),
        ("1:2:3:4:5:6:7::", (0x1000200030004, 0x5000600070000)),
        ("1::3:4:5:6:7:8", (0x1000000030004, 0x5000600070008)),
        ("1::2:3:4:5:6:7:8", nil),
        ("::1:2:3:4:5:6:7:8", nil),
        ("2001:db8::8a2e:370:7334", (0x20010db800000000, 0x8a2e03707334)),
        ("2001:DB8::FF00:42:8329", (0x20010db800000000, 0xff0000428329)),
        ("fe80::1", (0xfe80000000000000, 0x1)),
        ("12345::", nil),
        ("::12345", nil),
        ("::g", nil),
        (":1", nil),
        ("1:", nil),
        (":1::", nil),
        ("::1:", nil),
        ("1", nil),
        ("::ffff:192.0.2.1", (0x0, 0xffffc0000201)),
        ("::192.0.2.1", (0x0, 0xc0000201)),
        ("64:ff9b::192.0.2.33", (0x64ff9b00000000, 0xc0000221)),
        ("1:2:3:4:5:6:192.0.2.1", (0x1000200030004, 0x50006c0000201)),
        ("1:2:3:4:5:6:7:192.0.2.1", nil),
        ("::192.0.2.1:5", nil),
        ("192.0.2.1::", nil),
        ("::ffff:192.0.2.256", nil),
        ("::ffff:192.0.02.1", nil),
        ("::+1", nil),
        ("::-1", nil),
        ("0:0:0:0:0:0:0:0", (0x0, 0x0)),
        ("00000::", nil),
        ("[::1]", nil),
        ("::1/64", nil),
        ("", nil),
    ]

    @Test(arguments: addresses)
    func `an address is read as others read it`(text: String, words: (UInt64, UInt64)?) {
        let expected = words.map { IPAddress(high: $0.0, low: $0.1) }
        #expect(IPAddress(text) == expected)
    }

    @Test func `an address and its mapped form are one`() {
        #expect(IPAddress("192.0.2.1") == IPAddress("::ffff:192.0.2.1"))
        #expect(IPAddress("::ffff:c000:201")?.isIPv4 == true)
        #expect(IPAddress("::192.0.2.1")?.isIPv4 == false)
    }
}

@Suite struct AddressBlockTests {
    private static let clients = [
        "10.0.0.1", "10.255.255.255", "11.0.0.0", "10.1.2.3", "192.168.7.255", "192.168.8.0",
        "172.31.0.1", "172.32.0.1", "2001:db8::1", "2001:db8:0:0:1::5", "2001:db9::", "fe80::1",
        "fec0::1", "::1", "::2",
    ]

    /// Which of the clients above each block holds, one mark a client; `nil`: not a block.
    private static let blocks: [(String, String?)] = [
        ("10.0.0.0/8", "xx-x-----------"),
        ("10.1.2.3/32", "---x-----------"),
        ("10.1.2.3", "---x-----------"),
        ("0.0.0.0/0", "xxxxxxxx-------"),
        ("192.168.4.0/22", "----x----------"),
        ("172.16.0.0/12", "------x--------"),
        ("10.0.0.0/33", nil),
        ("10.0.0.0/", nil),
        ("10.0.0.0/-1", nil),
        ("10.0.0.0/+8", nil),
        ("10.0.0.0/a", nil),
        ("10.0.0.0/8/8", nil),
        ("/8", nil),
        ("2001:db8::/32", "--------xx-----"),
        ("2001:db8::/128", "---------------"),
        ("::/0", "xxxxxxxxxxxxxxx"),
        ("fe80::/10", "-----------x---"),
        ("2001:db8::/129", nil),
        ("2001:db8:0:0:1::/80", "---------x-----"),
        ("2001:db8::1/64", "--------xx-----"),
        ("::ffff:10.0.0.0/104", "xx-x-----------"),
        ("::ffff:10.0.0.1/32", "xxxxxxxx-----xx"),
        ("::/96", "-------------xx"),
        ("", nil),
        ("1.2.3/8", nil),
        ("2001:db8::/300", nil),
    ]

    @Test(arguments: blocks)
    func `a block holds the clients that others find in it`(text: String, marks: String?) {
        let block = AddressBlock(text)
        #expect((block == nil) == (marks == nil))
        guard let block, let marks else { return }
        let found = Self.clients.compactMap(IPAddress.init).map { block.contains($0) ? "x" : "-" }
        #expect(found.joined() == marks)
    }

    @Test(arguments: [
        ("10.0.0.1", true), ("10.0.0.1/32", true), ("10.0.0.0/31", false), ("::1", true),
        ("::1/128", true), ("::/127", false), ("::/64", false), ("0.0.0.0/0", false),
    ])
    func `a block of one address says so`(text: String, isSingle: Bool) {
        #expect(AddressBlock(text)?.isSingle == isSingle)
    }
}
