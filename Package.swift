// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let package = Package(
    name: "chaosproxy",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "chaosproxy", targets: ["chaosproxy"]),
        .executable(name: "chaosctl", targets: ["chaosctl"]),
        .executable(name: "prism-stub", targets: ["prism-stub"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Core: values in, values out. No I/O, no clock, no ambient randomness, no dependencies.
        .core("FaultModel"),
        .core("WireFormats", on: ["FaultModel"]),
        .core("EventRecords", on: ["FaultModel"]),
        .core("FlowEngine", on: ["FaultModel", "WireFormats", "EventRecords"]),

        // System: libraries of the machine.
        .systemLibrary(
            name: "CZlib",
            path: "Sources/System/CZlib",
            providers: [.apt(["zlib1g-dev"])]
        ),
        .target(name: "CEpoll", path: "Sources/System/CEpoll"),

        // Shell: owns sockets, files, time and tasks. The two planes do not know each other.
        .shell("RuleFiles", on: ["FaultModel"], using: [.mustache, .yams]),
        .shell(
            "MessageContent",
            on: ["FaultModel", "WireFormats", "CZlib"],
            using: [.mustache]
        ),
        .shell("EventJournal", on: ["EventRecords"]),
        .shell("SocketFiles"),
        .shell(
            "SocketLoops",
            on: ["FaultModel", "CEpoll"],
            using: [.nioCore],
            settings: .dataPath
        ),
        .shell(
            "DataPlane",
            on: [
                "FaultModel", "FlowEngine", "EventRecords", "EventJournal", "SocketFiles",
                "SocketLoops",
            ],
            using: [.nioCore, .nioPosix],
            settings: .dataPath
        ),
        .shell("AdminContract", on: ["FaultModel", "EventRecords"]),
        .shell(
            "EventFiles",
            on: ["EventRecords", "EventJournal", "AdminContract"],
            using: [.nioPosix]
        ),
        .shell(
            "ControlPlane",
            on: [
                "FaultModel", "WireFormats", "EventRecords", "EventJournal", "RuleFiles",
                "AdminContract", "SocketFiles",
            ],
            using: [.hummingbird, .httpTypes, .serviceLifecycle, .logging]
        ),
        .shell(
            "AdminClient",
            on: ["AdminContract"],
            using: [.asyncHTTPClient, .nioCore, .nioHTTP1]
        ),

        // Tools: compose the shell. The only targets that may see both sides of a boundary.
        .tool(
            "ProxyDaemon",
            on: [
                "FaultModel", "FlowEngine", "MessageContent", "EventRecords", "EventJournal",
                "EventFiles", "RuleFiles",
                "DataPlane", "AdminContract", "ControlPlane",
            ],
            using: [
                .argumentParser, .nioCore, .nioPosix, .serviceLifecycle, .unixSignals, .logging,
            ]
        ),
        .tool(
            "ControlCommands",
            on: ["FaultModel", "RuleFiles", "AdminContract", "AdminClient"],
            using: [.argumentParser]
        ),
        .tool(
            "PrismStub",
            using: [
                .argumentParser, .nioCore, .nioPosix, .nioHTTP1, .nioWebSocket, .logging,
            ]
        ),
        .program("chaosproxy", on: "ProxyDaemon"),
        .program("chaosctl", on: "ControlCommands"),
        .program("prism-stub", on: "PrismStub"),

        // Benchmarks: programs that measure. No product: nobody installs them.
        .benchmark(
            "unit-costs",
            in: "UnitCosts",
            on: [
                "FaultModel", "WireFormats", "EventRecords", "FlowEngine", "RuleFiles",
                "MessageContent", "EventJournal", "DataPlane",
            ],
            using: [.argumentParser]
        ),
        .benchmark(
            "paced-load",
            in: "PacedLoad",
            using: [.argumentParser, .nioCore, .nioHTTP1, .nioPosix]
        ),
        .benchmark(
            "reencoding-relay",
            in: "ReencodingRelay",
            using: [.nioCore, .nioHTTP1, .nioPosix]
        ),

        .target(
            name: "TestSupport",
            dependencies: ["FaultModel", "FlowEngine", "WireFormats"],
            path: "Sources/Testing/TestSupport",
            swiftSettings: .strict
        ),
        .tests(of: "FaultModel", on: ["TestSupport"]),
        .tests(of: "EventRecords", on: ["FaultModel", "TestSupport"]),
        .tests(
            of: "WireFormats",
            on: ["FaultModel", "TestSupport"],
            using: [.nioCore, .nioEmbedded, .nioHTTP1]
        ),
        .tests(
            of: "FlowEngine",
            on: ["FaultModel", "WireFormats", "EventRecords", "TestSupport"]
        ),
        .tests(of: "RuleFiles", on: ["FaultModel", "TestSupport"]),
        .tests(of: "MessageContent", on: ["FaultModel", "WireFormats", "TestSupport"]),
        .tests(of: "EventJournal", on: ["EventRecords", "TestSupport"]),
        .tests(of: "EventFiles", on: ["EventRecords", "EventJournal", "AdminContract"]),
        .tests(of: "SocketFiles"),
        .tests(of: "SocketLoops", on: ["FaultModel", "TestSupport"], using: [.nioCore]),
        .tests(
            of: "DataPlane",
            on: [
                "FaultModel", "FlowEngine", "EventRecords", "EventJournal", "SocketLoops",
                "TestSupport",
            ],
            using: [.nioCore, .nioPosix]
        ),
        .tests(of: "AdminContract", on: ["EventRecords"]),
        .tests(
            of: "ControlPlane",
            on: [
                "FaultModel", "EventRecords", "EventJournal", "RuleFiles", "AdminContract",
                "TestSupport",
            ],
            using: [.serviceLifecycle, .logging, .hummingbird, .nioCore, .nioPosix]
        ),
        .tests(
            of: "ControlCommands",
            on: ["FaultModel", "RuleFiles", "AdminContract", "AdminClient"]
        ),
        .tests(of: "PrismStub", using: [.nioCore, .nioPosix]),
        .testTarget(
            name: "SystemTests",
            dependencies: ["FaultModel", "TestSupport", .nioCore, .nioPosix],
            path: "Tests/SystemTests",
            exclude: ["Fixtures"],
            swiftSettings: .strict
        ),
    ]
)

extension Target {
    /// A ring-one target: it may name siblings, and cannot name a product of another package.
    static func core(_ name: String, on siblings: [String] = []) -> Target {
        .target(
            name: name,
            dependencies: siblings.map { .byName(name: $0) },
            path: "Sources/Core/\(name)",
            swiftSettings: .strict + [.strictMemorySafety()]
        )
    }

    static func shell(
        _ name: String,
        on siblings: [String] = [],
        using products: [Dependency] = [],
        settings: [SwiftSetting] = []
    ) -> Target {
        .target(
            name: name,
            dependencies: siblings.map { .byName(name: $0) } + products,
            path: "Sources/Shell/\(name)",
            swiftSettings: .strict + settings
        )
    }

    static func tool(
        _ name: String,
        on siblings: [String] = [],
        using products: [Dependency] = []
    ) -> Target {
        .target(
            name: name,
            dependencies: siblings.map { .byName(name: $0) } + products,
            path: "Sources/Tools/\(name)",
            swiftSettings: .strict
        )
    }

    /// The tests of one target, in a folder that mirrors it.
    static func tests(
        of name: String,
        on siblings: [String] = [],
        using products: [Dependency] = []
    ) -> Target {
        .testTarget(
            name: "\(name)Tests",
            dependencies: ([name] + siblings).map { .byName(name: $0) } + products,
            path: "Tests/\(name)Tests",
            swiftSettings: .strict
        )
    }

    /// A program in a folder of `Benchmarks`, which may lean on the rings and is leaned on by none.
    static func benchmark(
        _ name: String,
        in folder: String,
        on siblings: [String] = [],
        using products: [Dependency] = []
    ) -> Target {
        .executableTarget(
            name: name,
            dependencies: siblings.map { .byName(name: $0) } + products,
            path: "Benchmarks/\(folder)",
            swiftSettings: .strict
        )
    }

    /// An executable of a few lines around the one library that does its work.
    static func program(_ name: String, on library: String) -> Target {
        .executableTarget(
            name: name,
            dependencies: [.byName(name: library)],
            path: "Sources/Tools/\(name)",
            swiftSettings: .strict
        )
    }
}

extension Target.Dependency {
    static let argumentParser = product(
        name: "ArgumentParser",
        package: "swift-argument-parser"
    )
    static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let logging = product(name: "Logging", package: "swift-log")
    static let mustache = product(name: "Mustache", package: "swift-mustache")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let nioWebSocket = product(name: "NIOWebSocket", package: "swift-nio")
    static let serviceLifecycle = product(
        name: "ServiceLifecycle",
        package: "swift-service-lifecycle"
    )
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let yams = product(name: "Yams", package: "Yams")
}

extension [SwiftSetting] {
    /// What every byte passes: a release does not check at run time that no two accesses to one
    /// property overlap, which was a fifth of its instructions; what tests run does.
    static let dataPath: [SwiftSetting] = [
        .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
    ]

    static let strict: [SwiftSetting] = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .treatAllWarnings(as: .error),
        .treatWarning("DeprecatedDeclaration", as: .warning),
    ]
}
