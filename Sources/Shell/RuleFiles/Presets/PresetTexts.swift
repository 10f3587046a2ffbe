// SPDX-License-Identifier: Apache-2.0

// Long because it holds the files of rules/presets and rules/profiles; Scripts/embed-presets
// writes it.

/// The files of presets, so that the programs need no source tree.
enum PresetTexts {
    static let all: [(name: String, kind: Preset.Kind, text: String)] = [
        (
            "AuthenticationFailure401", .fault,
            #"""
            # yaml-language-server: $schema=../schema.json
            about: The credentials are not accepted.
            then:
              - respond:
                  status: 401
                  headers: { WWW-Authenticate: "Bearer error=\"invalid_token\"" }
                  json: { error: invalid_token, message: The token is not accepted. }

            """#
        ),
        (
            "DatabaseUnavailable503", .fault,
            #"""
            # yaml-language-server: $schema=../schema.json
            about: The service runs and its database does not.
            then:
              - respond:
                  status: 503
                  headers: { Retry-After: "10" }
                  json: { error: database_unavailable, message: The database cannot be reached. }

            """#
        ),
        (
            "NetworkTimeout", .fault,
            #"""
            # yaml-language-server: $schema=../schema.json
            about: The service takes the request and never answers.
            then:
              - hang: {}

            """#
        ),
        (
            "PartialResponse206", .fault,
            #"""
            # yaml-language-server: $schema=../schema.json
            about: Half of the real answer comes, as 206 and with the length of what comes.
            then:
              - edit: { response: { status: 206 } }
              - truncate: { after: 50%, lengths: fix }

            """#
        ),
        (
            "RateLimitExceeded429", .fault,
            #"""
            # yaml-language-server: $schema=../schema.json
            about: The client has asked too often and is told to wait five seconds.
            then:
              - respond:
                  status: 429
                  headers: { Retry-After: "5" }
                  json: { error: rate_limit_exceeded, message: Too many requests., retry_after: 5 }

            """#
        ),
        (
            "ServerError500", .fault,
            #"""
            # yaml-language-server: $schema=../schema.json
            about: The service fails.
            then:
              - respond:
                  status: 500
                  json: { error: internal_server_error, message: The service failed. }

            """#
        ),
        (
            "3g", .network,
            #"""
            # yaml-language-server: $schema=../schema.json
            about: 3G, 780 kbit/s down and 330 kbit/s up, 100 ms each way.
            then:
              - delay: { time: 100ms, toward: both }
              - bandwidth: { rate: 780kbit/s, toward: client }
              - bandwidth: { rate: 330kbit/s, toward: server }

            """#
        ),
        (
            "cellular", .network,
            #"""
            # yaml-language-server: $schema=../schema.json
            about: A cellular network, the same as 3g.
            then:
              - delay: { time: 100ms, toward: both }
              - bandwidth: { rate: 780kbit/s, toward: client }
              - bandwidth: { rate: 330kbit/s, toward: server }

            """#
        ),
        (
            "doze", .network,
            #"""
            # yaml-language-server: $schema=../schema.json
            about: A sleeping device, which has the network for 30 s every 300 s.
            limit:
              window: { on: 270s, every: 300s }
            then:
              - hang: {}

            """#
        ),
        (
            "edge", .network,
            #"""
            # yaml-language-server: $schema=../schema.json
            about: EDGE, 240 kbit/s down and 200 kbit/s up, 400 ms each way.
            then:
              - delay: { time: 400ms, toward: both }
              - bandwidth: { rate: 240kbit/s, toward: client }
              - bandwidth: { rate: 200kbit/s, toward: server }

            """#
        ),
        (
            "handover", .network,
            #"""
            # yaml-language-server: $schema=../schema.json
            about: From one network to another, all connections are cut and none can be made for two seconds.
            limit: { for: 2s }
            then:
              - refuse: { cut: true }

            """#
        ),
        (
            "lte", .network,
            #"""
            # yaml-language-server: $schema=../schema.json
            about: LTE, 50 Mbit/s down and 10 Mbit/s up, 50 ms each way.
            then:
              - delay: { time: 50ms, toward: both }
              - bandwidth: { rate: 50Mbit/s, toward: client }
              - bandwidth: { rate: 10Mbit/s, toward: server }

            """#
        ),
        (
            "satellite", .network,
            #"""
            # yaml-language-server: $schema=../schema.json
            about: A geostationary satellite, 20 Mbit/s down and 5 Mbit/s up, 300 ms each way, one segment in a hundred lost.
            then:
              - delay: { time: 300ms, toward: both }
              - bandwidth: { rate: 20Mbit/s, toward: client }
              - bandwidth: { rate: 5Mbit/s, toward: server }
              - loss: { rate: 1%, toward: both }

            """#
        ),
        (
            "very-bad", .network,
            #"""
            # yaml-language-server: $schema=../schema.json
            about: A very bad network, 1 Mbit/s, 500 ms each way, one segment in ten lost.
            then:
              - delay: { time: 500ms, toward: both }
              - bandwidth: { rate: 1Mbit/s, toward: client }
              - bandwidth: { rate: 1Mbit/s, toward: server }
              - loss: { rate: 10%, toward: both }

            """#
        ),
        (
            "wifi", .network,
            #"""
            # yaml-language-server: $schema=../schema.json
            about: Wi-Fi, 40 Mbit/s down and 33 Mbit/s up, 1 ms each way.
            then:
              - delay: { time: 1ms, toward: both }
              - bandwidth: { rate: 40Mbit/s, toward: client }
              - bandwidth: { rate: 33Mbit/s, toward: server }

            """#
        ),
    ]
}
