package ambit.cli.config;

import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.SigningKey;
import ambit.log.note.NoteSigner;
import java.util.List;

/** Texts of {@code ambit.yaml} that both the parser and the published JSON Schema judge. */
final class Corpus {

    static final String FULL = """
            tenant: acme
            principals:
              alice: {may-run: [notes, shell]}
            tools:
              model:     {driver: openai, at: "http://127.0.0.1:9100/v1", credential: "env:OPENAI_API_KEY", time-out: 120 s}
              git:       {driver: mcp, run: [/opt/python/bin/python, -m, mcp_server_git], sees: {/opt/python: rt/python, /repo: ./project}, writes: {}, effect-free: [git_log]}
              documents: {driver: mcp, run: [node, /opt/node/index.js, /documents], writes: {/documents: ./documents}, with: {A: b}}
              remote:    {driver: mcp, at: "http://127.0.0.1:9300/mcp", credential: "file:secrets/remote.token", network: host}
              keyed:     {driver: mcp, run: [x], credential: "env:T", credential-as: TOKEN, network: none}
            agents:
              notes:
                run: [/opt/python/bin/python, /agent/agent.py, 3]
                sees: {/agent: examples/notes, /opt/python: rt/python}
                with: {OPENAI_MODEL: scripted, N: 1}
                may-use:
                  model.chat: {where: {model: scripted, "*": any}, at-most: 20, per-run: 5}
                  git.git_log: {where: {repo_path: /repo, "max_count?": {min: 1, max: 50}}, at-most: 10}
                  documents.read_text_file: {where: {path: {under: /documents/public}}, delegate: only}
                  git.git_diff: {where: {a: [1, x, true, null], b: any, "c?": absent, "m/*/role": {glob: "u*"}, d: {prefix: p}}}
                remembers: {own: 1 MiB, user/notes: read-write, user/facts: {access: read, at-most: 4 KiB}}
                may-start: {helper: 3}
                limits: {memory: 2 GiB, processes: 256, time: 5 min, cpu: 120 s, disk: 64 MiB, output: 8 MiB}
              helper: {run: [sh]}
              shell: {run: [/bin/sh]}
            """;

    private Corpus() {}

    /** A good file whose one agent has this line below {@code may-use}. */
    static String head(String use) {
        return """
                tenant: acme
                tools:
                  git: {driver: mcp, run: [x]}
                  model: {driver: openai, at: "http://x/v1"}
                agents:
                  a:
                    may-use:
                      %s
                    run: [sh]
                """.formatted(use);
    }

    static List<String> good() {
        return List.of(
                FULL,
                "tenant: acme\n",
                head("git.git_log:"),
                head("git.git_log: {}"),
                head("git.git_log: {where: any}"),
                head("git.git_log: {where: {}}"),
                head(
                        "git.git_log: {where: {a: {min: \"0.01\", max: \"-12.50\"}, b: {not-in: [x, 1]}, c: {max-length: 0}}}"),
                head("git.git_log: {where: {a: {subset: [x, y], max-length: 2}, b: {cidr: [10.0.0.0/8, \"::/0\"]}}}"),
                head(
                        "git.git_log: {where: {a: {host: \"*.x.org\"}, b: {url: \"https://x.org/v1\"}, c: {host: [a.b, c]}}}"),
                head("model.chat: {delegate: false}"),
                head("model.responses: {where: {previous_response_id: any}}"),
                "{tenant: a, tools: {m: {driver: openai, at: 'http://x/v1', prompt-cache: tenant, passes: [dry_multiplier]}}}",
                head("git.git_log: {where: {a: {from: \"git.git_show#content/*/text\"}}}"),
                head("git.git_log: {where: {a: {from: {field: \"git.git_show#iban\", calls: 1}, max-length: 22}}}"),
                head("git.git_log: {rate: {uses: 5, per: 1 min}}"),
                head("git.git_log: {approval: {of: [bob], for: 1 h}}"),
                head("git.git_log: {approval: {of: [bob, carol], need: 2, for: 10 min, uses: 3, wait: 5 min}}"),
                "{tenant: a, approvals: {webhook: 'https://chat.example.com/hooks/ambit'}}",
                purse("{cents: 100, tokens: {at-most: 9000, per-run: 10}}", "git.git_log: {costs: {cents: 1}}"),
                purse("{cents: {at-most: 9}}", "git.git_log: {costs: {cents: {argument: a/b, times: 100}}}"),
                purse("{tokens: 9}", "model.chat: {costs: {tokens: {meter: tokens, at-most: 4000}}}"),
                kept("{keep: [parameters, results, conversations], for: 30 d}"),
                kept("{keep: [], for: 1 h, at-most: 10 MiB, redact: []}"),
                kept(
                        "{keep: [results], for: 30d, redact: [secrets, phones, {name: ticket, pattern: \"T-[0-9]{4,8}\"}]}"),
                "{tenant: a, agents: {a: {run: [sh], limits: {time: 2000 ms, cpu: 1 h}}}}",
                "{tenant: a, agents: {a: {run: [sh], sees: {/data/x.y: /srv/data}}}}",
                remembers("user/x: write, tenant/y: [read, search, append, review]"),
                remembers("own: {at-most: 1 MiB, access: append, review: true}"),
                remembers(
                        "user/x: {access: [read, write], at-most: 1 kB, keys: 'n/*', value-at-most: 4 KiB, entries: 9,"
                                + " lifetime: 30 d, commit: entries, review: false, quotes: true, schema: {type: string}}"),
                remembers(
                        "user/x: {access: read-write, keys: [a, b], schema: {enum: [1, 1.5, null, [true]]}, commit: all}"),
                "{tenant: a, agents: {a: {run: [sh], recall: [{key: s/t, as: t}, {key: s, last: 31, as: n, agent: a}]}}}",
                "{tenant: a, embeddings: {at: \"https://e.example/v1\", model: m, dimensions: 384}}",
                "{tenant: a, embeddings: {at: \"http://e.example\", model: m/n, dimensions: 1024, credential: \"env:K\", time-out: 5 s}}",
                "{tenant: a, principals: {p: {}}, memory: {may: [p]}}",
                "{tenant: a, principals: {p: {}}, memory: {may: [p], may-undo: [p], remembers: {tenant/x: review}, may-use: {memory.list: {at-most: 3}}}}",
                "{tenant: a, memory: {store: 'postgresql://db.example:5432/ambit?sslmode=verify-full'}}",
                "{tenant: a, principals: {p: {}}, memory: {may: [p], store: {at: 'postgresql://127.0.0.1/m', user: ambit, credential: 'env:P'}}}",
                "{tenant: a, log: {}}",
                "{tenant: a, log: {ship: ['file:events.jsonl', 'syslog://[::1]:514', 'syslog+udp://siem.example:65535']}}",
                "{tenant: a, log: {ship: ['otlp:http://127.0.0.1:4318', {to: 'otlp:https://x/v1/logs?a=b', credential: 'env:T'}, {to: 'file:x y'}]}}",
                witnesses("{ask: [" + witness("http://127.0.0.1:18471", ED) + "]}"),
                witnesses("{quorum: 2, every: 30 s, ask: [" + witness("https://x/y/", ED, PQ) + ", "
                        + witness("https://z", OTHER) + "]}"));
    }

    /** Keys of one witness, and of another. */
    static final String ED =
            NoteSigner.cosigner("w.example/1", SigningKey.generate()).verifier().toLine();

    static final String PQ = NoteSigner.mlDsa("w.example/1", MlDsaKey.ofSeed(new byte[32]))
            .verifier()
            .toLine();
    static final String OTHER =
            NoteSigner.cosigner("w.example/2", SigningKey.generate()).verifier().toLine();

    /** A file in which this stands below {@code witnesses}. */
    static String witnesses(String what) {
        return "{tenant: a, log: {witnesses: " + what + "}}";
    }

    static String witness(String at, String... keys) {
        return "{at: '" + at + "', keys: ['" + String.join("', '", keys) + "']}";
    }

    /** A file that keeps bodies; one agent and each kind of tool say so for themselves. */
    static String kept(String bodies) {
        return """
                tenant: acme
                bodies: %s
                tools:
                  git: {driver: mcp, run: [x], keep-bodies: [parameters]}
                  far: {driver: mcp, at: "http://x", keep-bodies: []}
                  model: {driver: openai, at: "http://x/v1", keep-bodies: [conversations]}
                agents:
                  a: {run: [sh], keep-bodies: [parameters, conversations]}
                """.formatted(bodies);
    }

    /** A file whose one agent has this below {@code remembers}. */
    static String remembers(String what) {
        return "{tenant: a, agents: {a: {run: [sh], remembers: {" + what + "}}}}";
    }

    /** A good file whose one agent has budgets and this use. */
    static String purse(String budgets, String use) {
        return head(use) + "    budgets: " + budgets + "\n";
    }

    /** Wrong in form; what is wrong only across names is the parser's alone. */
    static List<String> bad() {
        return List.of(
                "principals: {}",
                "tenant: Acme",
                "tenant: 3",
                "tenant: [a]",
                "just words",
                "{tenant: a, agent: {}}",
                "{tenant: a, agents: []}",
                "{tenant: a, agents: {A: {run: [sh]}}}",
                "{tenant: a, agents: {a: {}}}",
                "{tenant: a, agents: {a: sh}}",
                "{tenant: a, agents: {a: {run: sh}}}",
                "{tenant: a, agents: {a: {run: []}}}",
                "{tenant: a, agents: {a: {run: ['']}}}",
                "{tenant: a, agents: {a: {run: [[sh]]}}}",
                "{tenant: a, agents: {a: {run: [sh], sees: {agent: x}}}}",
                "{tenant: a, agents: {a: {run: [sh], sees: {/etc/x: x}}}}",
                "{tenant: a, agents: {a: {run: [sh], sees: {/a/../b: x}}}}",
                "{tenant: a, agents: {a: {run: [sh], sees: {/a: ''}}}}",
                "{tenant: a, agents: {a: {run: [sh], with: {A-B: x}}}}",
                "{tenant: a, agents: {a: {run: [sh], with: {A: [x]}}}}",
                "{tenant: a, agents: {a: {run: [sh], remembers: {other: read}}}}",
                "{tenant: a, agents: {a: {run: [sh], remembers: {own: read}}}}",
                remembers("user/x: all"),
                remembers("user/x: []"),
                remembers("user/x: [read, read]"),
                remembers("user/x: [read, [write]]"),
                remembers("group/x: read"),
                remembers("tenant/x/y: read"),
                remembers("own: {review: true}"),
                remembers("user/x: {access: read, keys: []}"),
                remembers("user/x: {access: read, keys: [a, a]}"),
                remembers("user/x: {access: read, keys: 3}"),
                remembers("user/x: {access: read, schema: [a]}"),
                remembers("user/x: {access: read, entries: 0}"),
                remembers("user/x: {access: read, lifetime: 1500 ms}"),
                remembers("user/x: {access: read, commit: some}"),
                remembers("user/x: {access: read, review: 1}"),
                remembers("user/x: {access: read, quotas: true}"),
                remembers("user/x: {access: read, value-at-most: 4}"),
                "{tenant: a, agents: {a: {run: [sh], recall: [{last: 3}]}}}",
                "{tenant: a, agents: {a: {run: [sh], recall: {key: s}}}}",
                "{tenant: a, agents: {a: {run: [sh], recall: [{key: s, last: 33}]}}}",
                "{tenant: a, agents: {a: {run: [sh], recall: [{key: s, as: S}]}}}",
                "{tenant: a, agents: {a: {run: [sh], recall: [{key: s, of: 3}]}}}",
                "{tenant: a, embeddings: {}}",
                "{tenant: a, embeddings: {at: \"https://e.example/v1\", model: m}}",
                "{tenant: a, embeddings: {at: \"https://e.example/v1\", model: m, dimensions: 1025}}",
                "{tenant: a, embeddings: {at: \"https://e.example/v1\", model: \"m n\", dimensions: 3}}",
                "{tenant: a, embeddings: {at: here, model: m, dimensions: 3}}",
                "{tenant: a, memory: {}}",
                "{tenant: a, memory: {store: 'mysql://x/y'}}",
                "{tenant: a, memory: {store: 'postgresql://u:p@x/y'}}",
                "{tenant: a, memory: {store: 'postgresql://x/y?password=z'}}",
                "{tenant: a, memory: {store: {user: u}}}",
                "{tenant: a, memory: {store: {at: 'postgresql://x/y', credential: secret}}}",
                "{tenant: a, memory: {store: 'postgresql://x/y', remembers: {user/x: read}}}",
                "{tenant: a, memory: [p]}",
                "{tenant: a, principals: {p: {}}, memory: {may: p}}",
                "{tenant: a, principals: {p: {}}, memory: {may: [p, p]}}",
                "{tenant: a, principals: {p: {}}, memory: {may: [p], run: [sh]}}",
                "{tenant: a, principals: {p: {}}, memory: {may: [p], remembers: {x: read}}}",
                "{tenant: a, principals: {p: {}}, memory: {may: [p], may-use: [memory.list]}}",
                "{tenant: a, agents: {a: {run: [sh], remembers: {user/x: {at-most: 1 KiB}}}}}",
                "{tenant: a, agents: {a: {run: [sh], limits: {memory: 1024}}}}",
                "{tenant: a, agents: {a: {run: [sh], limits: {memory: 0 B}}}}",
                "{tenant: a, agents: {a: {run: [sh], limits: {time: 1500 ms}}}}",
                "{tenant: a, agents: {a: {run: [sh], limits: {processes: 0}}}}",
                "{tenant: a, agents: {a: {run: [sh], limits: {speed: 3}}}}",
                "{tenant: a, agents: {a: {run: [sh], may-start: {a: 0}}}}",
                "{tenant: a, log: []}",
                "{tenant: a, log: {keep: 3}}",
                "{tenant: a, log: {ship: 'file:x'}}",
                "{tenant: a, log: {ship: ['file:']}}",
                "{tenant: a, log: {ship: ['ftp://x']}}",
                "{tenant: a, log: {ship: ['syslog://x']}}",
                "{tenant: a, log: {ship: ['syslog://x:65536']}}",
                "{tenant: a, log: {ship: ['otlp:http://u:p@x/']}}",
                "{tenant: a, log: {ship: ['file:x', 'file:x']}}",
                "{tenant: a, log: {ship: [{credential: 'env:T'}]}}",
                "{tenant: a, log: {ship: [{to: 'file:x', credential: 'env:T'}]}}",
                "{tenant: a, log: {ship: [{to: 'otlp:http://x', credential: T}]}}",
                witnesses("[]"),
                witnesses("{ask: []}"),
                witnesses("{quorum: 1}"),
                witnesses("{ask: [], every: 1 min}"),
                witnesses("{ask: [{at: 'http://x'}]}"),
                witnesses("{ask: [{keys: ['" + ED + "']}]}"),
                witnesses("{ask: [{at: 'http://x', keys: []}]}"),
                witnesses("{ask: [{at: 'http://x', keys: [w]}]}"),
                witnesses("{ask: [{at: 'http://x', keys: ['" + ED + "'], name: w}]}"),
                witnesses("{ask: ['http://x']}"),
                witnesses("{ask: [" + witness("ftp://x", ED) + "]}"),
                witnesses("{ask: [" + witness("http://u:p@x", ED) + "]}"),
                witnesses("{ask: [" + witness("http://x", ED, ED) + "]}"),
                witnesses("{ask: [" + witness("http://x", ED, PQ, OTHER) + "]}"),
                witnesses("{quorum: 0, ask: [" + witness("http://x", ED) + "]}"),
                witnesses("{quorum: all, ask: [" + witness("http://x", ED) + "]}"),
                witnesses("{every: 60, ask: [" + witness("http://x", ED) + "]}"),
                "{tenant: a, principals: {a: {may-run: x}}}",
                "{tenant: a, principals: {a: {may-run: [x, x]}}}",
                "{tenant: a, tools: {a: {}}}",
                "{tenant: a, tools: {a: {driver: ftp, at: 'http://x'}}}",
                "{tenant: a, tools: {a: {driver: openai}}}",
                "{tenant: a, tools: {a: {driver: openai, at: 'ftp://x'}}}",
                "{tenant: a, tools: {a: {driver: openai, at: 'http://u:p@x/'}}}",
                "{tenant: a, tools: {a: {driver: openai, at: 'http://x', run: [x]}}}",
                "{tenant: a, tools: {a: {driver: openai, at: 'http://x', credential: secret}}}",
                "{tenant: a, tools: {a: {driver: openai, at: 'http://x', time-out: 5}}}",
                "{tenant: a, tools: {a: {driver: mcp}}}",
                "{tenant: a, tools: {a: {driver: mcp, run: [x], at: 'http://x'}}}",
                "{tenant: a, tools: {a: {driver: mcp, run: [x], network: all}}}",
                "{tenant: a, tools: {a: {driver: mcp, run: [x], credential: 'env:X'}}}",
                "{tenant: a, tools: {a: {driver: mcp, at: 'http://x', network: none}}}",
                "{tenant: a, tools: {a: {driver: mcp, at: 'http://x', sees: {/a: b}}}}",
                "{tenant: a, tools: {a: {driver: mcp, run: [x], effect-free: [a, a]}}}",
                kept("{for: 30 d}"),
                kept("{keep: [results]}"),
                kept("{keep: results, for: 30 d}"),
                kept("{keep: [all], for: 30 d}"),
                kept("{keep: [results, results], for: 30 d}"),
                kept("{keep: [results], for: 30}"),
                kept("{keep: [results], for: 30 d, at-most: 5}"),
                kept("{keep: [results], for: 30 d, redact: all}"),
                kept("{keep: [results], for: 30 d, redact: [names]}"),
                kept("{keep: [results], for: 30 d, redact: [emails, emails]}"),
                kept("{keep: [results], for: 30 d, redact: [{name: email, pattern: x}]}"),
                kept("{keep: [results], for: 30 d, redact: [{name: t}]}"),
                kept("{keep: [results], for: 30 d, redact: [{name: t, pattern: \"\"}]}"),
                "{tenant: a, tools: {m: {driver: openai, at: 'http://x', keep-bodies: [results]}}, bodies: {keep: [], for: 1 h}}",
                "{tenant: a, tools: {m: {driver: mcp, run: [x], keep-bodies: [conversations]}}, bodies: {keep: [], for: 1 h}}",
                head("git: {}"),
                head("git.git_log: {at_most: 3}"),
                head("git.git_log: {at-most: 0}"),
                head("git.git_log: {per-run: 0}"),
                head("git.git_log: {at-most: many}"),
                head("git.git_log: {where: all}"),
                head("git.git_log: {where: {a: []}}"),
                head("git.git_log: {where: {a: {}}}"),
                head("git.git_log: {where: {a: {most: 3}}}"),
                head("git.git_log: {where: {a: {min: x}}}"),
                head("git.git_log: {where: {a: {max: \"1e3\"}}}"),
                head("git.git_log: {where: {a: {max: 1.5}}}"),
                head("git.git_log: {where: {a: {max-length: -1}}}"),
                head("git.git_log: {where: {a: {subset: x}}}"),
                head("git.git_log: {where: {a: {not-in: []}}}"),
                head("git.git_log: {where: {a: {cidr: 10}}}"),
                head("git.git_log: {where: {a: {host: []}}}"),
                head("git.git_log: {where: {a: {url: [[x]]}}}"),
                head("git.git_log: {where: {a: {under: x}}}"),
                head("git.git_log: {where: {a: {absent: true, eq: 3}}}"),
                head("git.git_log: {where: {a: {any: false}}}"),
                head("git.git_log: {where: {a: 1.5}}"),
                head("git.git_log: {where: {a: [[x]]}}"),
                head("git.git_log: {where: {'*': none}}"),
                head("git.git_log: {where: {'a//b': x}}"),
                head("git.git_log: {where: {'?': x}}"),
                head("git.git_log: {where: {a: {from: x}}}"),
                head("git.git_log: {where: {a: {from: {field: \"git.git_show#iban\"}}}}"),
                head("git.git_log: {where: {a: {from: {field: \"git.git_show#iban\", calls: 0}}}}"),
                head("git.git_log: {rate: 5}"),
                head("git.git_log: {rate: {uses: 5}}"),
                head("git.git_log: {rate: {uses: 0, per: 1 min}}"),
                head("git.git_log: {rate: {uses: 5, per: 1500 ms}}"),
                purse("{a: 1, b: 1, c: 1, d: 1, e: 1}", "git.git_log: {costs: {a: 1, b: 1, c: 1, d: 1, e: 1}}"),
                purse("{cents: 0}", "git.git_log:"),
                purse("{Cents: 1}", "git.git_log:"),
                purse("{cents: {per-run: 1}}", "git.git_log:"),
                purse("{cents: 1}", "git.git_log: {costs: {cents: 0}}"),
                purse("{cents: 1}", "git.git_log: {costs: {cents: {times: 3}}}"),
                purse("{cents: 1}", "git.git_log: {costs: {cents: {argument: a, meter: bytes, at-most: 3}}}"),
                purse("{cents: 1}", "git.git_log: {costs: {cents: {meter: miles, at-most: 3}}}"),
                purse("{cents: 1}", "git.git_log: {costs: {cents: {meter: bytes}}}"),
                head("git.git_log: {approval: [bob]}"),
                head("git.git_log: {approval: {of: [], for: 1 h}}"),
                head("git.git_log: {approval: {of: [bob, bob], for: 1 h}}"),
                head("git.git_log: {approval: {of: bob, for: 1 h}}"),
                head("git.git_log: {approval: {for: 1 h}}"),
                head("git.git_log: {approval: {of: [bob]}}"),
                head("git.git_log: {approval: {of: [bob], for: 1500 ms}}"),
                head("git.git_log: {approval: {of: [bob], for: 1 h, need: 0}}"),
                head("git.git_log: {approval: {of: [bob], for: 1 h, uses: 0}}"),
                head("git.git_log: {approval: {of: [bob], for: 1 h, wait: 10}}"),
                head("git.git_log: {approval: {of: [bob], for: 1 h, without: true}}"),
                "{tenant: a, approvals: {}}",
                "{tenant: a, approvals: {webhook: 'ftp://x'}}",
                "{tenant: a, approvals: {webhook: 'http://u:p@x/'}}",
                head("git.git_log: {delegate: maybe}"));
    }
}
