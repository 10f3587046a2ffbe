// SPDX-License-Identifier: Apache-2.0

// Long because it holds Documentation/openapi.json; Scripts/embed-openapi writes it.

/// The admin API as an OpenAPI 3.1 document, so that the proxy needs no source tree to show it.
enum OpenAPIText {
    static let json = #"""
        {
         "openapi": "3.1.0",
         "info": {
          "title": "chaosproxy admin API",
          "version": "0.1.0",
          "summary": "Drives a running chaosproxy over a Unix socket.",
          "license": {
           "name": "Apache-2.0",
           "identifier": "Apache-2.0"
          }
         },
         "servers": [
          {
           "url": "http://localhost",
           "description": "The Unix socket that `chaosproxy` prints; the host's name says nothing."
          }
         ],
         "paths": {
          "/healthz": {
           "get": {
            "operationId": "health",
            "summary": "Say whether the process answers.",
            "responses": {
             "200": {
              "description": "It does.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Health"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/readyz": {
           "get": {
            "operationId": "readiness",
            "summary": "Say whether the first configuration is in force.",
            "responses": {
             "200": {
              "description": "It is.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Health"
                }
               }
              }
             },
             "503": {
              "description": "Not yet.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Health"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/metrics": {
           "get": {
            "operationId": "metrics",
            "summary": "Tell the figures of the run, for Prometheus.",
            "responses": {
             "200": {
              "description": "The text format, version 0.0.4.",
              "content": {
               "text/plain": {
                "schema": {
                 "type": "string"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/openapi.json": {
           "get": {
            "operationId": "description",
            "summary": "Tell this document.",
            "responses": {
             "200": {
              "description": "An OpenAPI 3.1 document.",
              "content": {
               "application/json": {
                "schema": {
                 "type": "object"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/status": {
           "get": {
            "operationId": "status",
            "summary": "Tell what the proxy is and how it is.",
            "responses": {
             "200": {
              "description": "The status.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Status"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/config": {
           "get": {
            "operationId": "configuration",
            "summary": "Tell the whole desired state.",
            "responses": {
             "200": {
              "description": "One document.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Configuration"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           },
           "put": {
            "operationId": "replaceConfiguration",
            "summary": "Replace the whole desired state in one step.",
            "parameters": [
             {
              "name": "validate-only",
              "in": "query",
              "description": "Only check the document.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "",
                "true",
                "false"
               ]
              }
             },
             {
              "name": "lease",
              "in": "query",
              "description": "Put what it adds under this lease.",
              "required": false,
              "schema": {
               "type": "string"
              }
             },
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "requestBody": {
             "required": true,
             "content": {
              "application/json": {
               "schema": {
                "$ref": "#/components/schemas/Configuration"
               }
              }
             }
            },
            "responses": {
             "200": {
              "description": "What there is now.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Change"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/reset": {
           "post": {
            "operationId": "reset",
            "summary": "Put every rule off, heal every partition, enable every proxy, and count from zero.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "responses": {
             "200": {
              "description": "What there is now.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Change"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/panic": {
           "post": {
            "operationId": "panic",
            "summary": "Put all faults off at once, whatever leases or schedules say.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             }
            ],
            "responses": {
             "200": {
              "description": "What there is now.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Change"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/unpanic": {
           "post": {
            "operationId": "unpanic",
            "summary": "End a panic.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "responses": {
             "200": {
              "description": "What there is now.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Change"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/events": {
           "get": {
            "operationId": "events",
            "summary": "Send the records that are kept, and then those that come.",
            "parameters": [
             {
              "name": "since",
              "in": "query",
              "description": "Begin after the record of this sequence.",
              "required": false,
              "schema": {
               "type": "integer",
               "description": "A sequence.",
               "minimum": 0
              }
             },
             {
              "name": "kind",
              "in": "query",
              "description": "Only these kinds, with commas between.",
              "required": false,
              "schema": {
               "type": "string"
              }
             },
             {
              "name": "follow",
              "in": "query",
              "description": "`false` ends with the newest record.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "",
                "true",
                "false"
               ]
              }
             },
             {
              "name": "Last-Event-ID",
              "in": "header",
              "description": "As `since`.",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "responses": {
             "200": {
              "description": "One JSON object a line, or server-sent events.",
              "content": {
               "application/x-ndjson": {
                "schema": {
                 "$ref": "#/components/schemas/Event"
                }
               },
               "text/event-stream": {
                "schema": {
                 "type": "string"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/exchanges": {
           "get": {
            "operationId": "exchanges",
            "summary": "Tell the exchanges that ended and are still kept.",
            "parameters": [
             {
              "name": "proxy",
              "in": "query",
              "description": "Only those of this proxy.",
              "required": false,
              "schema": {
               "type": "string"
              }
             },
             {
              "name": "rule",
              "in": "query",
              "description": "Only those on which this rule fired.",
              "required": false,
              "schema": {
               "type": "string"
              }
             },
             {
              "name": "status",
              "in": "query",
              "description": "Only those answered so: `503`, or a class such as `5xx`.",
              "required": false,
              "schema": {
               "type": "string",
               "pattern": "^([1-9]xx|[1-9][0-9][0-9])$"
              }
             },
             {
              "name": "outcome",
              "in": "query",
              "description": "Only those that ended so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "complete",
                "answered",
                "cut",
                "unreachable",
                "abandoned",
                "upgraded",
                "refused"
               ]
              }
             },
             {
              "name": "method",
              "in": "query",
              "description": "Only those of this method.",
              "required": false,
              "schema": {
               "type": "string"
              }
             },
             {
              "name": "path",
              "in": "query",
              "description": "Only those whose path is like this glob, without the query.",
              "required": false,
              "schema": {
               "type": "string"
              }
             },
             {
              "name": "since",
              "in": "query",
              "description": "Only those recorded after this sequence.",
              "required": false,
              "schema": {
               "type": "integer",
               "description": "A sequence.",
               "minimum": 0
              }
             },
             {
              "name": "limit",
              "in": "query",
              "description": "The newest so many; default 100.",
              "required": false,
              "schema": {
               "type": "integer",
               "minimum": 1,
               "maximum": 1000
              }
             }
            ],
            "responses": {
             "200": {
              "description": "The exchanges.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Exchanges"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/exchanges/{id}": {
           "parameters": [
            {
             "name": "id",
             "in": "path",
             "description": "`<connection>.<unit>`.",
             "required": true,
             "schema": {
              "type": "string"
             }
            }
           ],
           "get": {
            "operationId": "exchange",
            "summary": "Tell one exchange, with the faults on it and what was drawn.",
            "responses": {
             "200": {
              "description": "The exchange.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Exchange"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/explain": {
           "post": {
            "operationId": "explain",
            "summary": "Say why each rule acts on a request, or does not.",
            "requestBody": {
             "required": true,
             "content": {
              "application/json": {
               "schema": {
                "$ref": "#/components/schemas/ExplainRequest"
               }
              }
             }
            },
            "responses": {
             "200": {
              "description": "What each rule makes of it.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Explanation"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/wait": {
           "post": {
            "operationId": "wait",
            "summary": "Answer when a condition holds; 504 when it did not in time.",
            "requestBody": {
             "required": true,
             "content": {
              "application/json": {
               "schema": {
                "$ref": "#/components/schemas/WaitRequest"
               }
              }
             }
            },
            "responses": {
             "200": {
              "description": "It holds.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Waited"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/marks": {
           "post": {
            "operationId": "mark",
            "summary": "Write a note into the event log.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             }
            ],
            "requestBody": {
             "required": true,
             "content": {
              "application/json": {
               "schema": {
                "$ref": "#/components/schemas/Mark"
               }
              }
             }
            },
            "responses": {
             "201": {
              "description": "The note.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Mark"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/rules": {
           "get": {
            "operationId": "rules",
            "summary": "Tell all rules, in order.",
            "responses": {
             "200": {
              "description": "The rules.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Rules"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           },
           "post": {
            "operationId": "addRule",
            "summary": "Add a rule at the end.",
            "parameters": [
             {
              "name": "lease",
              "in": "query",
              "description": "Make it under this lease.",
              "required": false,
              "schema": {
               "type": "string"
              }
             },
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "requestBody": {
             "required": true,
             "content": {
              "application/json": {
               "schema": {
                "$ref": "#/components/schemas/RuleDocument"
               }
              }
             }
            },
            "responses": {
             "201": {
              "description": "The rule.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Rule"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/rules/{id}": {
           "parameters": [
            {
             "name": "id",
             "in": "path",
             "description": "Percent-encoded: an id may hold a slash.",
             "required": true,
             "schema": {
              "type": "string"
             }
            }
           ],
           "get": {
            "operationId": "rule",
            "summary": "Tell one rule.",
            "responses": {
             "200": {
              "description": "The rule.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Rule"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           },
           "patch": {
            "operationId": "patchRule",
            "summary": "Change a rule's document.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "requestBody": {
             "required": true,
             "content": {
              "application/json": {
               "schema": {
                "$ref": "#/components/schemas/MergePatch"
               }
              },
              "application/merge-patch+json": {
               "schema": {
                "$ref": "#/components/schemas/MergePatch"
               }
              }
             }
            },
            "responses": {
             "200": {
              "description": "The rule.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Rule"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           },
           "delete": {
            "operationId": "removeRule",
            "summary": "Remove a rule, and release what it held.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "responses": {
             "200": {
              "description": "What there is now.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Change"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/rules/{id}/enable": {
           "parameters": [
            {
             "name": "id",
             "in": "path",
             "description": "Percent-encoded: an id may hold a slash.",
             "required": true,
             "schema": {
              "type": "string"
             }
            }
           ],
           "post": {
            "operationId": "enableRule",
            "summary": "Put a rule in force.",
            "parameters": [
             {
              "name": "for",
              "in": "query",
              "description": "Disable it again after this time, such as 30s.",
              "required": false,
              "schema": {
               "type": "string"
              }
             },
             {
              "name": "lease",
              "in": "query",
              "description": "Make it under this lease.",
              "required": false,
              "schema": {
               "type": "string"
              }
             },
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "responses": {
             "200": {
              "description": "The rule.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Rule"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/rules/{id}/disable": {
           "parameters": [
            {
             "name": "id",
             "in": "path",
             "description": "Percent-encoded: an id may hold a slash.",
             "required": true,
             "schema": {
              "type": "string"
             }
            }
           ],
           "post": {
            "operationId": "disableRule",
            "summary": "Take a rule out of force, and release what it held.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "responses": {
             "200": {
              "description": "The rule.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Rule"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/rules/{id}/reset-counters": {
           "parameters": [
            {
             "name": "id",
             "in": "path",
             "description": "Percent-encoded: an id may hold a slash.",
             "required": true,
             "schema": {
              "type": "string"
             }
            }
           ],
           "post": {
            "operationId": "resetCounters",
            "summary": "Count matches and firings from zero.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "responses": {
             "200": {
              "description": "The rule.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Rule"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/proxies": {
           "get": {
            "operationId": "proxies",
            "summary": "Tell all proxies.",
            "responses": {
             "200": {
              "description": "The proxies.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Proxies"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           },
           "post": {
            "operationId": "addProxy",
            "summary": "Add a proxy, whose document has its `name`.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "requestBody": {
             "required": true,
             "content": {
              "application/json": {
               "schema": {
                "$ref": "#/components/schemas/ProxyDocument"
               }
              }
             }
            },
            "responses": {
             "201": {
              "description": "The proxy.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Proxy"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/proxies/{name}": {
           "parameters": [
            {
             "name": "name",
             "in": "path",
             "description": "The proxy's name.",
             "required": true,
             "schema": {
              "type": "string"
             }
            }
           ],
           "get": {
            "operationId": "proxy",
            "summary": "Tell one proxy.",
            "responses": {
             "200": {
              "description": "The proxy.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Proxy"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           },
           "patch": {
            "operationId": "patchProxy",
            "summary": "Change a proxy's document.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "requestBody": {
             "required": true,
             "content": {
              "application/json": {
               "schema": {
                "$ref": "#/components/schemas/MergePatch"
               }
              },
              "application/merge-patch+json": {
               "schema": {
                "$ref": "#/components/schemas/MergePatch"
               }
              }
             }
            },
            "responses": {
             "200": {
              "description": "The proxy.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Proxy"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           },
           "delete": {
            "operationId": "removeProxy",
            "summary": "Remove a proxy that no rule names.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "responses": {
             "200": {
              "description": "What there is now.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Change"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/proxies/{name}/enable": {
           "parameters": [
            {
             "name": "name",
             "in": "path",
             "description": "The proxy's name.",
             "required": true,
             "schema": {
              "type": "string"
             }
            }
           ],
           "post": {
            "operationId": "enableProxy",
            "summary": "Let a proxy listen.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "responses": {
             "200": {
              "description": "The proxy.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Proxy"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/proxies/{name}/disable": {
           "parameters": [
            {
             "name": "name",
             "in": "path",
             "description": "The proxy's name.",
             "required": true,
             "schema": {
              "type": "string"
             }
            }
           ],
           "post": {
            "operationId": "disableProxy",
            "summary": "Let a proxy listen no more, and end its connections in order.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "responses": {
             "200": {
              "description": "The proxy.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Proxy"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/partitions": {
           "get": {
            "operationId": "partitions",
            "summary": "Tell all partitions.",
            "responses": {
             "200": {
              "description": "The partitions.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Partitions"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           },
           "post": {
            "operationId": "addPartition",
            "summary": "Cut, in one step across all proxies.",
            "parameters": [
             {
              "name": "lease",
              "in": "query",
              "description": "Make it under this lease.",
              "required": false,
              "schema": {
               "type": "string"
              }
             },
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "requestBody": {
             "required": true,
             "content": {
              "application/json": {
               "schema": {
                "$ref": "#/components/schemas/PartitionDocument"
               }
              }
             }
            },
            "responses": {
             "201": {
              "description": "The partition.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Partition"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/partitions/{id}": {
           "parameters": [
            {
             "name": "id",
             "in": "path",
             "description": "Percent-encoded: an id may hold a slash.",
             "required": true,
             "schema": {
              "type": "string"
             }
            }
           ],
           "get": {
            "operationId": "partition",
            "summary": "Tell one partition.",
            "responses": {
             "200": {
              "description": "The partition.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Partition"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           },
           "patch": {
            "operationId": "patchPartition",
            "summary": "Change a partition's document.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "requestBody": {
             "required": true,
             "content": {
              "application/json": {
               "schema": {
                "$ref": "#/components/schemas/MergePatch"
               }
              },
              "application/merge-patch+json": {
               "schema": {
                "$ref": "#/components/schemas/MergePatch"
               }
              }
             }
            },
            "responses": {
             "200": {
              "description": "The partition.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Partition"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           },
           "delete": {
            "operationId": "healPartition",
            "summary": "Heal a partition.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "responses": {
             "200": {
              "description": "What there is now.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Change"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/leases": {
           "get": {
            "operationId": "leases",
            "summary": "Tell the leases that run.",
            "responses": {
             "200": {
              "description": "The leases.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Leases"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           },
           "post": {
            "operationId": "createLease",
            "summary": "Begin a lease: what is made under it ends with it.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             }
            ],
            "requestBody": {
             "required": true,
             "content": {
              "application/json": {
               "schema": {
                "$ref": "#/components/schemas/LeaseRequest"
               }
              }
             }
            },
            "responses": {
             "201": {
              "description": "The lease.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Lease"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/leases/{id}": {
           "parameters": [
            {
             "name": "id",
             "in": "path",
             "description": "Percent-encoded: an id may hold a slash.",
             "required": true,
             "schema": {
              "type": "string"
             }
            }
           ],
           "get": {
            "operationId": "lease",
            "summary": "Tell one lease.",
            "responses": {
             "200": {
              "description": "The lease.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Lease"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           },
           "delete": {
            "operationId": "endLease",
            "summary": "End a lease, and what was made under it.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             },
             {
              "name": "If-Match",
              "in": "header",
              "description": "Only from this generation (RFC 9110, 13.1.1).",
              "required": false,
              "schema": {
               "type": "string"
              }
             }
            ],
            "responses": {
             "200": {
              "description": "What there is now.",
              "headers": {
               "ETag": {
                "description": "The generation, in quotes.",
                "schema": {
                 "type": "string"
                }
               }
              },
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Change"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/leases/{id}/renew": {
           "parameters": [
            {
             "name": "id",
             "in": "path",
             "description": "Percent-encoded: an id may hold a slash.",
             "required": true,
             "schema": {
              "type": "string"
             }
            }
           ],
           "post": {
            "operationId": "renewLease",
            "summary": "Let a lease run for its whole time again.",
            "parameters": [
             {
              "name": "wait",
              "in": "query",
              "description": "A change is always applied before it is answered; this may say so.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "applied"
               ]
              }
             }
            ],
            "responses": {
             "200": {
              "description": "The lease.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/Lease"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/connections": {
           "get": {
            "operationId": "connections",
            "summary": "Tell the live connections, with the rules on each.",
            "responses": {
             "200": {
              "description": "The connections.",
              "content": {
               "application/json": {
                "schema": {
                 "$ref": "#/components/schemas/LiveConnections"
                }
               }
              }
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          },
          "/v1/connections/{id}": {
           "parameters": [
            {
             "name": "id",
             "in": "path",
             "description": "Its number.",
             "required": true,
             "schema": {
              "type": "integer",
              "description": "A number.",
              "minimum": 0
             }
            }
           ],
           "delete": {
            "operationId": "endConnection",
            "summary": "End one connection.",
            "parameters": [
             {
              "name": "how",
              "in": "query",
              "description": "An abort, or an orderly end.",
              "required": false,
              "schema": {
               "type": "string",
               "enum": [
                "rst",
                "fin"
               ]
              }
             }
            ],
            "responses": {
             "204": {
              "description": "It has ended."
             },
             "default": {
              "$ref": "#/components/responses/Error"
             }
            }
           }
          }
         },
         "components": {
          "responses": {
           "Error": {
            "description": "Refused: nothing has changed.",
            "content": {
             "application/json": {
              "schema": {
               "$ref": "#/components/schemas/Error"
              }
             }
            }
           }
          },
          "schemas": {
           "Error": {
            "type": "object",
            "properties": {
             "error": {
              "type": "object",
              "properties": {
               "code": {
                "type": "string",
                "description": "Stable; programs decide by it.",
                "pattern": "^[a-z]+[a-z.-]*$"
               },
               "message": {
                "type": "string",
                "description": "A sentence for a person."
               },
               "path": {
                "type": "string",
                "description": "A JSON Pointer (RFC 6901) into the document that was sent."
               },
               "hint": {
                "type": "string",
                "description": "What to do next."
               }
              },
              "required": [
               "code",
               "message"
              ],
              "additionalProperties": false
             }
            },
            "required": [
             "error"
            ],
            "additionalProperties": false
           },
           "Health": {
            "type": "object",
            "properties": {
             "status": {
              "type": "string",
              "enum": [
               "ok",
               "starting"
              ]
             }
            },
            "required": [
             "status"
            ],
            "additionalProperties": false
           },
           "Status": {
            "type": "object",
            "properties": {
             "version": {
              "type": "string",
              "description": "A semantic version."
             },
             "pid": {
              "type": "integer"
             },
             "started": {
              "type": "string",
              "description": "When the run began: RFC 3339, UTC."
             },
             "uptime": {
              "type": "integer",
              "description": "Nanoseconds since then.",
              "minimum": 0
             },
             "seed": {
              "type": "integer",
              "description": "Of every draw; all 64 bits.",
              "minimum": 0
             },
             "environment": {
              "type": "string",
              "enum": [
               "test",
               "staging",
               "production"
              ]
             },
             "generation": {
              "type": "integer",
              "description": "The generation that is in force.",
              "minimum": 0
             },
             "panicked": {
              "type": "boolean",
              "description": "Whether a panic keeps every fault off."
             },
             "proxies": {
              "type": "object",
              "properties": {
               "total": {
                "type": "integer",
                "description": "All.",
                "minimum": 0
               },
               "enabled": {
                "type": "integer",
                "description": "Those that listen.",
                "minimum": 0
               }
              },
              "required": [
               "total",
               "enabled"
              ],
              "additionalProperties": false
             },
             "rules": {
              "type": "object",
              "properties": {
               "total": {
                "type": "integer",
                "description": "All.",
                "minimum": 0
               },
               "enabled": {
                "type": "integer",
                "description": "Those that are enabled.",
                "minimum": 0
               },
               "in_force": {
                "type": "integer",
                "description": "Enabled, past `after` and not past `for`.",
                "minimum": 0
               }
              },
              "required": [
               "total",
               "enabled",
               "in_force"
              ],
              "additionalProperties": false
             },
             "partitions": {
              "type": "object",
              "properties": {
               "total": {
                "type": "integer",
                "description": "All.",
                "minimum": 0
               },
               "in_force": {
                "type": "integer",
                "description": "Those that cut at this moment.",
                "minimum": 0
               }
              },
              "required": [
               "total",
               "in_force"
              ],
              "additionalProperties": false
             },
             "leases": {
              "type": "integer",
              "description": "Leases that run.",
              "minimum": 0
             },
             "connections": {
              "$ref": "#/components/schemas/Connections"
             },
             "faults_fired": {
              "type": "integer",
              "description": "Firings of all present rules since their counters were last reset.",
              "minimum": 0
             },
             "events": {
              "type": "object",
              "properties": {
               "newest": {
                "type": "integer",
                "description": "The sequence of the newest record.",
                "minimum": 0
               },
               "followers": {
                "type": "integer",
                "description": "Readers that follow `/v1/events`.",
                "minimum": 0
               }
              },
              "required": [
               "newest",
               "followers"
              ],
              "additionalProperties": false
             }
            },
            "required": [
             "version",
             "pid",
             "started",
             "uptime",
             "seed",
             "environment",
             "generation",
             "panicked",
             "proxies",
             "rules",
             "partitions",
             "leases",
             "connections",
             "faults_fired",
             "events"
            ],
            "additionalProperties": false
           },
           "Connections": {
            "type": "object",
            "properties": {
             "live": {
              "type": "integer",
              "description": "Now.",
              "minimum": 0
             },
             "total": {
              "type": "integer",
              "description": "Since the run began.",
              "minimum": 0
             }
            },
            "required": [
             "live",
             "total"
            ],
            "additionalProperties": false
           },
           "Configuration": {
            "type": "object",
            "description": "The whole desired state, in the language of Documentation/Rules.md."
           },
           "RuleDocument": {
            "type": "object",
            "description": "A rule, in the language of Documentation/Rules.md."
           },
           "ProxyDocument": {
            "type": "object",
            "description": "A proxy, in the language of Documentation/Rules.md."
           },
           "PartitionDocument": {
            "type": "object",
            "description": "A partition, in the language of Documentation/Rules.md."
           },
           "MergePatch": {
            "type": "object",
            "description": "A JSON merge patch (RFC 7396)."
           },
           "Rule": {
            "type": "object",
            "properties": {
             "id": {
              "type": "string"
             },
             "about": {
              "type": "string"
             },
             "tags": {
              "type": "array",
              "items": {
               "type": "string"
              }
             },
             "enabled": {
              "type": "boolean"
             },
             "in_force": {
              "type": "boolean",
              "description": "Enabled, past `after`, not past `for`, in its window, and no panic."
             },
             "starts_in": {
              "type": "integer",
              "description": "Nanoseconds until `after` has passed.",
              "minimum": 0
             },
             "expires_in": {
              "type": "integer",
              "description": "Nanoseconds until `for` has passed and the rule disables itself.",
              "minimum": 0
             },
             "matches": {
              "type": "integer",
              "description": "Since its counters were last reset.",
              "minimum": 0
             },
             "fired": {
              "type": "integer",
              "description": "Since its counters were last reset.",
              "minimum": 0
             },
             "active": {
              "type": "integer",
              "description": "Units that have faults of the rule now.",
              "minimum": 0
             },
             "uncounted": {
              "type": "integer",
              "description": "What passed uncounted: there were more clients or values than are counted apart.",
              "minimum": 0
             },
             "exhausted": {
              "type": "string",
              "description": "What of the budget is used up.",
              "enum": [
               "clients",
               "connections",
               "requests",
               "bytes"
              ]
             },
             "window": {
              "$ref": "#/components/schemas/Window"
             },
             "faults": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "description": "The words of its faults, in order."
             },
             "lease": {
              "type": "string",
              "description": "The lease with which it ends."
             },
             "source": {
              "$ref": "#/components/schemas/RuleDocument"
             }
            },
            "required": [
             "id",
             "tags",
             "enabled",
             "in_force",
             "matches",
             "fired",
             "active",
             "uncounted",
             "faults",
             "source"
            ],
            "additionalProperties": false
           },
           "Window": {
            "type": "object",
            "description": "Where a rule's window stands; absent before its time has begun.",
            "properties": {
             "open": {
              "type": "boolean"
             },
             "changes_in": {
              "type": "integer",
              "description": "Nanoseconds until it closes or opens.",
              "minimum": 0
             }
            },
            "required": [
             "open",
             "changes_in"
            ],
            "additionalProperties": false
           },
           "Rules": {
            "type": "object",
            "properties": {
             "generation": {
              "type": "integer",
              "description": "The generation that is in force.",
              "minimum": 0
             },
             "rules": {
              "type": "array",
              "items": {
               "$ref": "#/components/schemas/Rule"
              },
              "description": "In the order in which they are read."
             }
            },
            "required": [
             "generation",
             "rules"
            ],
            "additionalProperties": false
           },
           "Proxy": {
            "type": "object",
            "properties": {
             "name": {
              "type": "string"
             },
             "enabled": {
              "type": "boolean"
             },
             "protocol": {
              "type": "string",
              "enum": [
               "tcp",
               "http",
               "auto"
              ]
             },
             "listen": {
              "type": "string",
              "description": "As configured; the port may be 0."
             },
             "address": {
              "type": "string",
              "description": "Where it really listens."
             },
             "upstream": {
              "type": "array",
              "items": {
               "type": "string"
              }
             },
             "tags": {
              "type": "array",
              "items": {
               "type": "string"
              }
             },
             "connections": {
              "$ref": "#/components/schemas/Connections"
             },
             "bytes_to_server": {
              "type": "integer",
              "description": "Written to the server.",
              "minimum": 0
             },
             "bytes_to_client": {
              "type": "integer",
              "description": "Written to the client.",
              "minimum": 0
             },
             "source": {
              "$ref": "#/components/schemas/ProxyDocument"
             }
            },
            "required": [
             "name",
             "enabled",
             "protocol",
             "listen",
             "upstream",
             "tags",
             "connections",
             "bytes_to_server",
             "bytes_to_client",
             "source"
            ],
            "additionalProperties": false
           },
           "Proxies": {
            "type": "object",
            "properties": {
             "generation": {
              "type": "integer",
              "description": "The generation that is in force.",
              "minimum": 0
             },
             "proxies": {
              "type": "array",
              "items": {
               "$ref": "#/components/schemas/Proxy"
              }
             }
            },
            "required": [
             "generation",
             "proxies"
            ],
            "additionalProperties": false
           },
           "Partition": {
            "type": "object",
            "properties": {
             "id": {
              "type": "string"
             },
             "about": {
              "type": "string"
             },
             "in_force": {
              "type": "boolean",
              "description": "Whether it cuts at this moment."
             },
             "how": {
              "type": "string",
              "enum": [
               "hang",
               "reset",
               "refuse"
              ]
             },
             "percent": {
              "type": "number",
              "minimum": 0
             },
             "cuts": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "proxy": {
                 "type": "string"
                },
                "to_server": {
                 "type": "boolean"
                },
                "to_client": {
                 "type": "boolean"
                }
               },
               "required": [
                "proxy",
                "to_server",
                "to_client"
               ],
               "additionalProperties": false
              },
              "description": "The edges that it cuts."
             },
             "changes_in": {
              "type": "integer",
              "description": "Nanoseconds until it begins or ceases to cut, or ends.",
              "minimum": 0
             },
             "expires_in": {
              "type": "integer",
              "description": "Nanoseconds until it heals by itself.",
              "minimum": 0
             },
             "lease": {
              "type": "string",
              "description": "The lease with which it ends."
             },
             "source": {
              "$ref": "#/components/schemas/PartitionDocument"
             }
            },
            "required": [
             "id",
             "in_force",
             "how",
             "percent",
             "cuts",
             "source"
            ],
            "additionalProperties": false
           },
           "Partitions": {
            "type": "object",
            "properties": {
             "generation": {
              "type": "integer",
              "description": "The generation that is in force.",
              "minimum": 0
             },
             "partitions": {
              "type": "array",
              "items": {
               "$ref": "#/components/schemas/Partition"
              }
             }
            },
            "required": [
             "generation",
             "partitions"
            ],
            "additionalProperties": false
           },
           "Lease": {
            "type": "object",
            "properties": {
             "id": {
              "type": "string"
             },
             "ttl": {
              "type": "integer",
              "description": "Nanoseconds that it runs without being renewed.",
              "minimum": 0
             },
             "expires_in": {
              "type": "integer",
              "description": "Nanoseconds until it ends.",
              "minimum": 0
             },
             "renewals": {
              "type": "integer",
              "description": "How often it was renewed.",
              "minimum": 0
             },
             "rules": {
              "type": "array",
              "items": {
               "type": "string"
              }
             },
             "partitions": {
              "type": "array",
              "items": {
               "type": "string"
              }
             }
            },
            "required": [
             "id",
             "ttl",
             "expires_in",
             "renewals",
             "rules",
             "partitions"
            ],
            "additionalProperties": false
           },
           "Leases": {
            "type": "object",
            "properties": {
             "leases": {
              "type": "array",
              "items": {
               "$ref": "#/components/schemas/Lease"
              }
             }
            },
            "required": [
             "leases"
            ],
            "additionalProperties": false
           },
           "LeaseRequest": {
            "type": "object",
            "properties": {
             "ttl": {
              "type": "string",
              "description": "A time from 1s to 24h."
             }
            },
            "required": [
             "ttl"
            ],
            "additionalProperties": false
           },
           "Mark": {
            "type": "object",
            "properties": {
             "name": {
              "type": "string",
              "description": "1 to 200 bytes."
             },
             "data": {
              "description": "Any JSON, at most 4 KiB."
             }
            },
            "required": [
             "name"
            ],
            "additionalProperties": false
           },
           "Change": {
            "type": "object",
            "properties": {
             "generation": {
              "type": "integer",
              "description": "The generation that is in force.",
              "minimum": 0
             },
             "applied": {
              "type": "boolean",
              "description": "`false` for `validate-only`."
             },
             "proxies": {
              "type": "integer",
              "description": "How many there are.",
              "minimum": 0
             },
             "rules": {
              "type": "integer",
              "description": "How many there are.",
              "minimum": 0
             },
             "partitions": {
              "type": "integer",
              "description": "How many there are.",
              "minimum": 0
             }
            },
            "required": [
             "generation",
             "applied",
             "proxies",
             "rules",
             "partitions"
            ],
            "additionalProperties": false
           },
           "Connection": {
            "type": "object",
            "properties": {
             "id": {
              "type": "integer",
              "description": "Unique in a run.",
              "minimum": 0
             },
             "proxy": {
              "type": "string"
             },
             "ordinal": {
              "type": "integer",
              "description": "Its place in the order of accept on its proxy, from 1.",
              "minimum": 0
             },
             "client": {
              "type": "string"
             },
             "upstream": {
              "type": "string",
              "description": "Absent before an upstream is reached."
             },
             "age": {
              "type": "integer",
              "description": "Nanoseconds.",
              "minimum": 0
             },
             "bytes_to_server": {
              "type": "integer",
              "description": "Let go toward the server.",
              "minimum": 0
             },
             "bytes_to_client": {
              "type": "integer",
              "description": "Let go toward the client.",
              "minimum": 0
             },
             "exchanges": {
              "type": "integer",
              "description": "HTTP exchanges that began.",
              "minimum": 0
             },
             "buffered_bytes": {
              "type": "integer",
              "description": "Held back.",
              "minimum": 0
             },
             "rules": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "description": "Those that act on it now."
             }
            },
            "required": [
             "id",
             "proxy",
             "ordinal",
             "client",
             "age",
             "bytes_to_server",
             "bytes_to_client",
             "exchanges",
             "buffered_bytes",
             "rules"
            ],
            "additionalProperties": false
           },
           "LiveConnections": {
            "type": "object",
            "properties": {
             "connections": {
              "type": "array",
              "items": {
               "$ref": "#/components/schemas/Connection"
              }
             }
            },
            "required": [
             "connections"
            ],
            "additionalProperties": false
           },
           "FiredFault": {
            "type": "object",
            "properties": {
             "rule": {
              "type": "string"
             },
             "fault": {
              "type": "string",
              "description": "Its word."
             },
             "toss": {
              "type": "number",
              "description": "Against the rule's probability; absent when it was certain.",
              "minimum": 0
             },
             "delay": {
              "type": "integer",
              "description": "Nanoseconds.",
              "minimum": 0
             }
            },
            "required": [
             "rule",
             "fault"
            ],
            "additionalProperties": false
           },
           "Exchange": {
            "type": "object",
            "properties": {
             "id": {
              "type": "string",
              "description": "`<connection>.<unit>`, such as `17.0`.",
              "pattern": "^[0-9]+\\.[0-9]+$"
             },
             "seq": {
              "type": "integer",
              "description": "Of the record of its end, in the event log.",
              "minimum": 0
             },
             "started": {
              "type": "string",
              "description": "RFC 3339, UTC."
             },
             "ended": {
              "type": "string",
              "description": "RFC 3339, UTC."
             },
             "duration": {
              "type": "integer",
              "description": "Nanoseconds from the request's head to the end.",
              "minimum": 0
             },
             "proxy": {
              "type": "string"
             },
             "conn": {
              "type": "integer",
              "description": "Its connection, unique in a run.",
              "minimum": 0
             },
             "ordinal": {
              "type": "integer",
              "description": "The connection's place in the order of accept on its proxy, from 1.",
              "minimum": 0
             },
             "unit": {
              "type": "integer",
              "description": "Its place on its connection, from 0.",
              "minimum": 0
             },
             "client": {
              "type": "string",
              "description": "Absent when the opening of its connection is no longer kept."
             },
             "method": {
              "type": "string",
              "description": "At most 32 bytes."
             },
             "target": {
              "type": "string",
              "description": "At most 256 bytes."
             },
             "status": {
              "type": "integer",
              "description": "What the client was answered; absent when it was not.",
              "minimum": 0
             },
             "outcome": {
              "type": "string",
              "enum": [
               "complete",
               "answered",
               "cut",
               "unreachable",
               "abandoned",
               "upgraded",
               "refused"
              ]
             },
             "request_bytes": {
              "type": "integer",
              "description": "On the wire, heads included.",
              "minimum": 0
             },
             "response_bytes": {
              "type": "integer",
              "description": "On the wire, heads included.",
              "minimum": 0
             },
             "rules": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "description": "Those that fired, in order."
             },
             "faults": {
              "type": "array",
              "items": {
               "$ref": "#/components/schemas/FiredFault"
              }
             }
            },
            "required": [
             "id",
             "seq",
             "started",
             "ended",
             "duration",
             "proxy",
             "conn",
             "ordinal",
             "unit",
             "method",
             "target",
             "outcome",
             "request_bytes",
             "response_bytes",
             "rules",
             "faults"
            ],
            "additionalProperties": false
           },
           "Exchanges": {
            "type": "object",
            "properties": {
             "exchanges": {
              "type": "array",
              "items": {
               "$ref": "#/components/schemas/Exchange"
              },
              "description": "In the order in which they ended."
             },
             "newest": {
              "type": "integer",
              "description": "The newest record that was looked at: the next `since`.",
              "minimum": 0
             }
            },
            "required": [
             "exchanges",
             "newest"
            ],
            "additionalProperties": false
           },
           "ExplainRequest": {
            "description": "About one of three things.",
            "oneOf": [
             {
              "type": "object",
              "properties": {
               "request": {
                "$ref": "#/components/schemas/ImaginedRequest"
               },
               "proxy": {
                "type": "string",
                "description": "Default: the one that the URL's host names, or the only one."
               },
               "client": {
                "type": "string",
                "description": "An address."
               },
               "connection": {
                "type": "integer",
                "description": "Its ordinal on the proxy, from 1.",
                "minimum": 1
               },
               "unit": {
                "type": "integer",
                "description": "Its ordinal on its connection, from 0.",
                "minimum": 0
               }
              },
              "required": [
               "request"
              ],
              "additionalProperties": false
             },
             {
              "type": "object",
              "properties": {
               "exchange": {
                "type": "string",
                "description": "The id of one that happened."
               }
              },
              "required": [
               "exchange"
              ],
              "additionalProperties": false
             },
             {
              "type": "object",
              "properties": {
               "rule": {
                "type": "string",
                "description": "The id of a rule: what came nearest to matching it?"
               }
              },
              "required": [
               "rule"
              ],
              "additionalProperties": false
             }
            ]
           },
           "ImaginedRequest": {
            "type": "object",
            "description": "It has either `url` or `path`.",
            "properties": {
             "method": {
              "type": "string",
              "description": "Default GET."
             },
             "url": {
              "type": "string",
              "description": "A whole URL, or a path."
             },
             "path": {
              "type": "string",
              "description": "A path, instead of `url`."
             },
             "headers": {
              "type": "object",
              "additionalProperties": {
               "oneOf": [
                {
                 "type": "string"
                },
                {
                 "type": "array",
                 "items": {
                  "type": "string"
                 }
                }
               ]
              }
             },
             "body": {
              "type": "string"
             }
            },
            "additionalProperties": false
           },
           "RuleExplanation": {
            "type": "object",
            "properties": {
             "rule": {
              "type": "string"
             },
             "verdict": {
              "type": "string",
              "enum": [
               "fires",
               "may-fire",
               "held-back",
               "not-reached",
               "not-matched",
               "not-known",
               "off"
              ]
             },
             "reason": {
              "type": "string",
              "description": "A sentence without its full stop."
             },
             "off": {
              "type": "string",
              "description": "Why it is not in force; absent while it is."
             },
             "key": {
              "type": "string",
              "description": "The key that keeps it from matching; absent when it matches."
             },
             "checks": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "key": {
                 "type": "string",
                 "description": "Such as `headers/X-User`."
                },
                "answer": {
                 "type": "string",
                 "enum": [
                  "holds",
                  "fails",
                  "unknown"
                 ]
                },
                "wanted": {
                 "description": "As it was written: any JSON."
                },
                "was": {
                 "type": "string",
                 "description": "Absent when there was nothing of the kind, or it is not known."
                }
               },
               "required": [
                "key",
                "answer"
               ],
               "additionalProperties": false
              },
              "description": "Every key of its `when`, in the order in which they are decided."
             },
             "limits": {
              "type": "array",
              "items": {
               "type": "object",
               "properties": {
                "key": {
                 "type": "string",
                 "description": "Such as `probability` or `times`."
                },
                "reason": {
                 "type": "string"
                }
               },
               "required": [
                "key",
                "reason"
               ],
               "additionalProperties": false
              },
              "description": "What of its `limit` keeps it back, or may."
             },
             "toss": {
              "type": "number",
              "description": "What is drawn against its probability.",
              "minimum": 0
             },
             "faults": {
              "type": "array",
              "items": {
               "$ref": "#/components/schemas/FiredFault"
              },
              "description": "What it would do."
             },
             "recorded": {
              "type": "array",
              "items": {
               "$ref": "#/components/schemas/FiredFault"
              },
              "description": "Of an exchange: what it did then."
             }
            },
            "required": [
             "rule",
             "verdict",
             "reason",
             "checks",
             "limits",
             "faults"
            ],
            "additionalProperties": false
           },
           "Explanation": {
            "type": "object",
            "properties": {
             "generation": {
              "type": "integer",
              "description": "Of the rules that are explained: those of now.",
              "minimum": 0
             },
             "seed": {
              "type": "integer",
              "description": "Of every draw; all 64 bits.",
              "minimum": 0
             },
             "proxy": {
              "type": "string",
              "description": "Absent where nothing was found to explain the rule with."
             },
             "request": {
              "type": "string",
              "description": "`METHOD /target`."
             },
             "exchange": {
              "$ref": "#/components/schemas/Exchange"
             },
             "recorded_generation": {
              "type": "integer",
              "description": "In force when the exchange began.",
              "minimum": 0
             },
             "considered": {
              "type": "integer",
              "description": "How many recent exchanges were compared with the rule.",
              "minimum": 0
             },
             "rules": {
              "type": "array",
              "items": {
               "$ref": "#/components/schemas/RuleExplanation"
              },
              "description": "In the order in which they are read."
             }
            },
            "required": [
             "generation",
             "seed",
             "rules"
            ],
            "additionalProperties": false
           },
           "WaitRequest": {
            "type": "object",
            "properties": {
             "for": {
              "$ref": "#/components/schemas/WaitCondition"
             },
             "timeout": {
              "type": "string",
              "description": "From 1ms to 10m; default 30s."
             }
            },
            "required": [
             "for"
            ],
            "additionalProperties": false
           },
           "WaitCondition": {
            "description": "What has to hold.",
            "oneOf": [
             {
              "type": "object",
              "properties": {
               "rule": {
                "type": "string"
               },
               "fired": {
                "type": "integer",
                "description": "At least so often.",
                "minimum": 0
               }
              },
              "required": [
               "rule",
               "fired"
              ],
              "additionalProperties": false
             },
             {
              "type": "object",
              "properties": {
               "rule": {
                "type": "string"
               },
               "matched": {
                "type": "integer",
                "description": "At least so often.",
                "minimum": 0
               }
              },
              "required": [
               "rule",
               "matched"
              ],
              "additionalProperties": false
             },
             {
              "type": "object",
              "properties": {
               "proxy": {
                "type": "string"
               },
               "connections": {
                "type": "integer",
                "description": "Exactly so many live ones.",
                "minimum": 0
               }
              },
              "required": [
               "proxy",
               "connections"
              ],
              "additionalProperties": false
             },
             {
              "type": "object",
              "properties": {
               "generation": {
                "type": "integer",
                "description": "This one, or a newer one, in force.",
                "minimum": 0
               }
              },
              "required": [
               "generation"
              ],
              "additionalProperties": false
             },
             {
              "type": "object",
              "properties": {
               "idle": {
                "type": "string",
                "description": "No traffic for this time, 1ms to 10m."
               }
              },
              "required": [
               "idle"
              ],
              "additionalProperties": false
             },
             {
              "type": "object",
              "properties": {
               "ready": {
                "type": "boolean",
                "enum": [
                 true
                ]
               }
              },
              "required": [
               "ready"
              ],
              "additionalProperties": false
             }
            ]
           },
           "Waited": {
            "type": "object",
            "properties": {
             "message": {
              "type": "string",
              "description": "What holds, in a sentence without its full stop."
             },
             "waited": {
              "type": "integer",
              "description": "Nanoseconds.",
              "minimum": 0
             },
             "generation": {
              "type": "integer",
              "description": "The generation that is in force.",
              "minimum": 0
             }
            },
            "required": [
             "message",
             "waited",
             "generation"
            ],
            "additionalProperties": false
           },
           "Event": {
            "type": "object",
            "description": "One record; `kind` says which other keys there are. Documentation/AdminSocket.md lists them.",
            "properties": {
             "seq": {
              "type": "integer",
              "description": "From 1, without gaps; of `missed`, the last that was missed; of `anchor`, 0.",
              "minimum": 0
             },
             "time": {
              "type": "string",
              "description": "RFC 3339, UTC."
             },
             "t": {
              "type": "integer",
              "description": "Nanoseconds since the run began.",
              "minimum": 0
             },
             "kind": {
              "type": "string",
              "description": "`missed` is no record; `anchor` is in files only.",
              "enum": [
               "conn",
               "xchg",
               "fault",
               "state",
               "notice",
               "mark",
               "missed",
               "anchor"
              ]
             },
             "event": {
              "type": "string",
              "description": "Of `conn`.",
              "enum": [
               "opened",
               "closed"
              ]
             },
             "conn": {
              "type": "integer",
              "description": "Unique in a run.",
              "minimum": 0
             },
             "proxy": {
              "type": "string"
             },
             "ordinal": {
              "type": "integer",
              "description": "The connection's place in the order of accept on its proxy, from 1.",
              "minimum": 0
             },
             "client": {
              "type": "string",
              "description": "Of `conn`: the client's address, or `unix`."
             },
             "closed_by": {
              "type": "string",
              "enum": [
               "client",
               "server",
               "proxy"
              ]
             },
             "how": {
              "type": "string",
              "enum": [
               "fin",
               "rst",
               "timeout"
              ]
             },
             "bytes_to_server": {
              "type": "integer",
              "description": "Of a connection that closed.",
              "minimum": 0
             },
             "bytes_to_client": {
              "type": "integer",
              "description": "Of a connection that closed.",
              "minimum": 0
             },
             "exchanges": {
              "type": "integer",
              "description": "Of a connection that closed.",
              "minimum": 0
             },
             "unit": {
              "type": "integer",
              "description": "Of `xchg` and `fault`: the exchange's place on its connection, from 0.",
              "minimum": 0
             },
             "method": {
              "type": "string",
              "description": "At most 32 bytes."
             },
             "target": {
              "type": "string",
              "description": "At most 256 bytes."
             },
             "status": {
              "type": "integer",
              "description": "Absent when the client was not answered.",
              "minimum": 0
             },
             "outcome": {
              "type": "string",
              "enum": [
               "complete",
               "answered",
               "cut",
               "unreachable",
               "abandoned",
               "upgraded",
               "refused"
              ]
             },
             "request_bytes": {
              "type": "integer",
              "description": "On the wire, heads included.",
              "minimum": 0
             },
             "response_bytes": {
              "type": "integer",
              "description": "On the wire, heads included.",
              "minimum": 0
             },
             "duration": {
              "type": "integer",
              "description": "Nanoseconds from the request's head to the end.",
              "minimum": 0
             },
             "rules": {
              "type": "array",
              "items": {
               "type": "string"
              },
              "description": "Those that fired, in order."
             },
             "rule": {
              "type": "string"
             },
             "fault": {
              "type": "string",
              "description": "Its word."
             },
             "toss": {
              "type": "number",
              "description": "Against the rule's probability; absent when it was certain.",
              "minimum": 0
             },
             "delay": {
              "type": "integer",
              "description": "Nanoseconds.",
              "minimum": 0
             },
             "change": {
              "type": "string",
              "description": "Of `state`, such as `rule.enabled`."
             },
             "subject": {
              "type": "string",
              "description": "Of `state`; absent when the whole is meant."
             },
             "generation": {
              "type": "integer",
              "description": "Of `state`.",
              "minimum": 0
             },
             "code": {
              "type": "string",
              "description": "Of `notice`; stable."
             },
             "message": {
              "type": "string",
              "description": "Of `notice`, and of `state` where the word does not say all."
             },
             "name": {
              "type": "string",
              "description": "Of `mark`."
             },
             "data": {
              "description": "Of `mark`: any JSON."
             },
             "missed": {
              "type": "integer",
              "description": "Of `missed`: how many records a slow reader was not given.",
              "minimum": 0
             },
             "version": {
              "type": "string",
              "description": "Of `anchor`."
             },
             "seed": {
              "type": "integer",
              "description": "Of `anchor`.",
              "minimum": 0
             }
            },
            "required": [
             "seq",
             "time",
             "t",
             "kind"
            ],
            "additionalProperties": false
           }
          }
         }
        }

        """#
}
