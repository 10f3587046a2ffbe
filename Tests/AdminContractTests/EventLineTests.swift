// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventRecords
import Foundation
import Testing

@Suite struct EventLineTests {
    @Test func `a record is a flat object with the keys of its kind`() throws {
        let record = EventRecord(
            sequence: 7,
            elapsed: 1_500_000_001,
            body: .fault(
                FaultRecord(
                    rule: "r",
                    fault: "delay",
                    connection: ConnectionName(id: 3, proxy: "prism", ordinal: 2),
                    unit: 1,
                    toss: 0.25,
                    delay: 5
                )
            )
        )
        let line = EventLine(record, wallOrigin: 1_772_366_400_000_000_000)
        let json = String(decoding: try AdminJSON.encode(line), as: UTF8.self)
        #expect(
            json == #"{"conn":3,"delay":5,"fault":"delay","kind":"fault","ordinal":2,"#
                + #""proxy":"prism","rule":"r","seq":7,"t":1500000001,"#
                + #""time":"2026-03-01T12:00:01.500000001Z","toss":0.25,"unit":1}"#
        )
        #expect(try AdminJSON.decode(EventLine.self, from: Data(json.utf8)) == line)
    }

    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000000000Z"), (-1, "1969-12-31T23:59:59.999999999Z"),
        (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
        (4_107_542_399_000_000_001, "2100-02-28T23:59:59.000000001Z"),
        (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000000Z"),
    ])
    func `a moment is written as RFC 3339 has it`(nanoseconds: Int64, text: String) {
        #expect(WallTime(nanosecondsSince1970: nanoseconds).description == text)
    }

    @Test func `an error says what to do next`() throws {
        let reply = ErrorReply(code: "a.b", message: "No.", path: "/x/0", hint: "yes")
        let json = String(decoding: try AdminJSON.encode(reply), as: UTF8.self)
        #expect(json == #"{"error":{"code":"a.b","hint":"yes","message":"No.","path":"/x/0"}}"#)
    }
}
