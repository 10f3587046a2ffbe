// SPDX-License-Identifier: Apache-2.0

/// A bounded collection whose members are called `agent-1`, `agent-2`, … in order of creation.
///
/// Numbers are never used twice, so an id that was deleted stays gone, and two runs that make the
/// same requests see the same ids.
struct Numbered<Element: Sendable>: Sendable {
    private struct Entry: Sendable {
        let number: Int
        var element: Element
    }

    let kind: String
    let capacity: Int
    private var entries: [Entry] = []
    private var nextNumber = 1

    init(kind: String, capacity: Int) {
        self.kind = kind
        self.capacity = capacity
    }

    var count: Int { entries.count }
    var isFull: Bool { entries.count >= capacity }
    var elements: some Sequence<Element> { entries.lazy.map(\.element) }

    /// The members from `offset`, at most `limit` of them, in order of creation.
    func page(_ page: Page) -> [Element] {
        entries.dropFirst(page.offset).prefix(page.limit).map(\.element)
    }

    mutating func add(_ make: (_ id: String) -> Element) throws(Refusal) -> Element {
        guard !isFull else { throw .full("\(kind)s", "maximum\(kind.capitalizedFirst)s", capacity) }
        let element = make("\(kind)-\(nextNumber)")
        entries.append(Entry(number: nextNumber, element: element))
        nextNumber += 1
        return element
    }

    func element(_ id: String) throws(Refusal) -> Element {
        entries[try index(of: id)].element
    }

    mutating func update(
        _ id: String,
        _ change: (inout Element) throws(Refusal) -> Void
    ) throws(Refusal) -> Element {
        let index = try index(of: id)
        try change(&entries[index].element)
        return entries[index].element
    }

    mutating func updateEach(_ change: (inout Element) -> Void) {
        for index in entries.indices { change(&entries[index].element) }
    }

    @discardableResult
    mutating func remove(_ id: String) throws(Refusal) -> Element {
        entries.remove(at: try index(of: id)).element
    }

    /// Forgets the oldest member for which `isSpare` holds; false when there is none.
    mutating func forgetOldest(where isSpare: (Element) -> Bool) -> Bool {
        guard let index = entries.firstIndex(where: { isSpare($0.element) }) else { return false }
        entries.remove(at: index)
        return true
    }

    private func index(of id: String) throws(Refusal) -> Int {
        guard id.hasPrefix(kind + "-"), let number = Int(id.dropFirst(kind.count + 1)),
            "\(kind)-\(number)" == id
        else { throw .unknown(kind, id) }
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].number < number { low = middle + 1 } else { high = middle }
        }
        guard low < entries.count, entries[low].number == number else { throw .unknown(kind, id) }
        return low
    }
}

/// Which part of a list is asked for: `?offset=` and `?limit=`.
struct Page: Sendable, Hashable {
    let offset: Int
    let limit: Int
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
