package ambit.bench;

/** The text of {@code docs/benchmarks.md} around a result. */
final class Report {

    private Report() {}

    static String of(String result) {
        return """
                # Benchmarks

                Everything is measured beside a baseline in the same run on the same machine: start, notes and signatures turn about
                with it, the others one after the other, so that a load that changes in between weighs on one of the two only. Read the
                ratios: they say what Ambit adds. The times say as much of this machine and of what else ran on it.

                    ./ambit bench                    all parts; --quick for a tenth of the repetitions
                    ./ambit bench calls journal      some: start calls notes memory journal decide signatures
                    ./ambit bench --write            also writes this file

                ## Result

                %s
                ## How to read it

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
                - journal and decide use the disk that holds `target/bench`; decide talks to a core process of its own, whose
                  drivers are played by the benchmark, over its Unix socket.
                - signatures: Ambit's include COSE encoding, and for verification the check of the key.
                """.formatted(result);
    }
}
