// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventJournal
import EventRecords

extension AdminRoutes {
    /// GET `/v1/events`: the kept records, and by default those that come.
    func events(_ request: AdminRequest) throws(AdminFailure) -> AdminAnswer {
        try Self.allow(["GET"], request)
        try request.allowQuery("since", "kind", "follow")
        let follows = try request.flag("follow") ?? true
        let kinds = try kinds(request)
        let since = try since(request)
        let accepted = (request.headers["accept"] ?? "").lowercased()
        let format: EventFeed.Format =
            accepted.contains("text/event-stream") ? .serverSent : .lines
        guard request.method == "GET" else {
            return AdminAnswer(
                status: 200,
                headers: [(name: "Content-Type", value: format.contentType)],
                body: .bytes([])
            )
        }
        guard let seat = followers.enter() else {
            throw AdminFailure(
                503,
                "events.too-many",
                "\(FollowerGate.maximum) followers read the events already",
                hint: "end one of them"
            )
        }
        // A place past the newest record is of an earlier run: this run is told from its start.
        let isKnown = since.map { $0 <= log.newest } ?? false
        let feed = EventFeed(
            log: log,
            format: format,
            cursor: isKnown ? since ?? 0 : 0,
            tellsMissed: isKnown,
            kinds: kinds,
            follows: follows,
            seat: seat
        )
        return AdminAnswer(
            status: 200,
            headers: [
                (name: "Content-Type", value: format.contentType),
                (name: "Cache-Control", value: "no-store"),
            ],
            body: .events(feed)
        )
    }

    private func since(_ request: AdminRequest) throws(AdminFailure) -> UInt64? {
        guard let text = request.query["since"] ?? request.headers["last-event-id"] else {
            return nil
        }
        guard let since = UInt64(text) else {
            throw .badParameter("since", text, "the sequence of a record")
        }
        return since
    }

    private func kinds(_ request: AdminRequest) throws(AdminFailure) -> Set<EventRecord.Kind> {
        guard let text = request.query["kind"] else { return [] }
        let known = "some of \(EventRecord.Kind.allCases.map(\.rawValue).joined(separator: ", "))"
        var kinds: Set<EventRecord.Kind> = []
        for word in text.split(separator: ",") {
            guard let kind = EventRecord.Kind(rawValue: String(word)) else {
                throw .badParameter("kind", String(word), known)
            }
            kinds.insert(kind)
        }
        guard !kinds.isEmpty else { throw .badParameter("kind", text, known) }
        return kinds
    }
}
