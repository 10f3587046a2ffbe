// SPDX-License-Identifier: Apache-2.0

/// Documents as the proxy sends them.
enum Samples {
    static let proxies = """
        {"generation":4,"proxies":[{"name":"db","enabled":true,"protocol":"tcp",\
        "listen":"127.0.0.1:0","address":"127.0.0.1:43211","upstream":["10.0.0.5:5432"],\
        "tags":["data"],"connections":{"live":2,"total":17},"bytes_to_server":1536,\
        "bytes_to_client":67108864,"source":{"listen":"127.0.0.1:0","upstream":"10.0.0.5:5432"}}]}
        """

    static let rule = """
        {"id":"slow","about":"Slow.","tags":["x"],"enabled":true,"in_force":true,\
        "expires_in":29000000000,"matches":12,"fired":3,"active":2,"uncounted":0,\
        "window":{"open":true,"changes_in":4000000000},"faults":["delay"],\
        "source":{"id":"slow","about":"Slow.","when":{"proxy":"db"},"then":[{"delay":"2s"}]}}
        """

    static let rules = """
        {"generation":4,"rules":[\(rule),{"id":"a\\u001b[31m","tags":[],"enabled":false,\
        "in_force":false,"matches":0,"fired":0,"active":0,\
        "uncounted":5,"exhausted":"requests","faults":["respond","close"],"source":{}}]}
        """

    static let status = """
        {"version":"0.1.0","pid":7,"started":"2026-03-01T12:00:00.000000000Z",\
        "uptime":3725000000000,"seed":18446744073709551615,"environment":"test","generation":4,\
        "panicked":true,"proxies":{"total":2,"enabled":1},\
        "rules":{"total":3,"enabled":2,"in_force":1},\
        "partitions":{"total":2,"in_force":1},"leases":3,\
        "connections":{"live":2,"total":17},"faults_fired":5,"events":{"newest":99,"followers":0}}
        """

    static let connections = """
        {"connections":[{"id":17,"proxy":"db","ordinal":3,"client":"127.0.0.1:50000",\
        "upstream":"10.0.0.5:5432","age":1250000,"bytes_to_server":17,"bytes_to_client":2048,\
        "exchanges":0,"buffered_bytes":512,"rules":["slow"]}]}
        """

    static let config = """
        {"version":1,"seed":"18446744073709551615","environment":"test",\
        "proxies":{"db":{"listen":"127.0.0.1:0","upstream":"10.0.0.5:5432"}},\
        "rules":[{"id":"slow","then":[{"delay":"1s"}]},{"id":"gone","then":["hang"]}]}
        """
}
