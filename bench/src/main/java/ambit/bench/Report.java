package ambit.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The text of {@code docs/benchmarks.md} around a result. */
final class Report {

    private static final Pattern SECTION = Pattern.compile("(?ms)^### (.*?)\\n(.*?)(?=^### |^## |\\z)");

    private Report() {}

    /**
     * The text after a run. What {@code previous}, the text before it, has of runs of other parts stays, unless this one was of all.
     *
     * @param parts what was run, as its heading says it
     */
    static String of(String previous, String parts, boolean all, String result) {
        Map<String, String> sections = new LinkedHashMap<>();
        if (!all) {
            SECTION.matcher(previous).results().forEach(match -> sections.put(match.group(1), match.group(2)));
        }
        sections.put(parts, "\n" + result + "\n");
        return of(sections.entrySet().stream()
                .map(section -> "### " + section.getKey() + "\n" + section.getValue())
                .collect(Collectors.joining()));
    }

    private static String of(String results) {
        return """
                # Benchmarks

                Everything is measured beside a baseline in the same run on the same machine: start, notes, decide, core, chains and
                signatures turn about with it (Tenuo and Cedar excepted, which measure themselves in a process of theirs), the others one
                after the other, so that a load that changes in between weighs on one of the two only. Read the ratios: they say what Ambit
                adds. The times say as much of this machine and of what else ran on it.

                    ./ambit bench                    all parts; --quick for a tenth of the repetitions
                    ./ambit bench calls journal      some: start calls notes memory journal decide core
                                                     chains contexts signatures
                    ./ambit bench --write            also writes this file: the result of all parts, or of some in the place of
                                                     their last one

                ## Result

                %s## How to read it

                - p50 is the median; 95 of 100 samples were not slower than p95. The ratio is that of the medians, measured to
                  baseline: of times and memory less is better, of rates (`/s`) more. Rates are taken over stretches of half
                  a second. `n` counts samples, warm-up left out.
                - start: the request goes to the broker's socket, as `ambit run` sends it. The time includes two signatures
                  to verify, a durable entry of the log, the boundary, bash, and a `memory_read` over loopback HTTP. The same
                  script in a bare `bwrap --unshare-all` finds nobody listening and goes on.
                - calls: one guest, one connection, one call after the other; the client is Python (`bench/guest/client.py`), the
                  echo is Java. Each call is HTTP and JSON, a decision of the core on a signed chain, a signed permit, the
                  driver's work, its signed receipt, two or more entries of the log, and a signed proof.
                - notes: the agent outside has its MCP servers running and warm; inside, each transaction starts servers of its
                  own, and the time includes the start of the JVM of the `ambit` command.
                - memory: the guests are idle bash processes that wait for input.
                - journal, decide and core use the disk that holds `target/bench`.
                - decide talks over its Unix socket to a core process of its own, started with the flags that the supervisor gives it; its drivers
                  are played by the benchmark. The chain is cached since the context began. The read's permit leaves while its entry is
                  on its way to the disk; the write's leaves after that, so its baseline writes and syncs too. Rates are taken over rounds
                  of 2,000 decisions, each caller with a connection and a context of its own.
                - core drives the core's state machine in the benchmark's own JVM, with a real log and without sockets. A decision
                  parses the arguments, evaluates the chain, debits the counts, appends an entry and signs a permit; a denial appends an
                  entry. One bare signature, or verification, is that of the provider that Ambit uses, over 250 bytes, its keys
                  parsed and handed over before.
                - chains: a link is a signed block. Cold means from bytes and the signers' public keys: each block is verified, parsed and
                  linked to the one above; the key that the grant names is vetted. Ready to decide: compiled for the decision kernel too.
                - What they are beside does something else. *Biscuit* (biscuit-java, Ed25519 in pure Java): a token's blocks are verified,
                  then Datalog decides; nothing is counted, recorded or signed. *Tenuo* (Rust through Python): `authorize_one` verifies
                  the warrant's signature and a proof of possession every time and checks the arguments; `verify_chain` verifies signatures
                  and monotonicity; nothing is counted, recorded or signed. *Cedar* (cedarpy, Rust through Python): one parsed policy
                  decides about one request; there are no signatures, chains, counts or records. Their versions are in `pom.xml` and
                  `bench/peers/requirements.in`.
                - contexts: the heap in use after collections, with and without that many contexts, divided by their number.
                - signatures: Ambit's include COSE encoding, and for verification the check of the key.
                """.formatted(results);
    }
}
