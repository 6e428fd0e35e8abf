package ambit.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** How long from the request to the answer of a context's first syscall, and to its commit. */
final class StartPart implements Part {

    private static final int WARM_UP = 5;

    /** One request to the kernel. Where there is no kernel the connection is refused, and the rest is the same. */
    private static final String SCRIPT = """
            exec 3<>/dev/tcp/127.0.0.1/7070 &&
            printf 'POST /syscall/memory_read HTTP/1.1\\r\\nHost: kernel\\r\\nContent-Length: 11\\r\\n\\r\\n{"key":"x"}' >&3 &&
            IFS= read -r status <&3
            echo "${status:-no kernel}"
            """;

    private final Installation installation;
    private final int count;

    StartPart(Installation installation, int count) {
        this.installation = installation;
        this.count = count;
    }

    @Override
    public Result measure() throws IOException, InterruptedException {
        List<Long> syscall = new ArrayList<>();
        List<Long> commit = new ArrayList<>();
        List<Long> bareOutput = new ArrayList<>();
        List<Long> bareEnd = new ArrayList<>();
        // Turn about, so that a load of the machine that comes and goes is on both.
        for (int i = 0; i < WARM_UP + count; i++) {
            inside(syscall, commit);
            bare(bareOutput, bareEnd);
        }
        return new Result(
                List.of(
                        Row.ofTimes(
                                "start of a context to the answer of its first syscall",
                                samples(syscall),
                                "bare `bwrap --unshare-all`, same bash, to its first output",
                                samples(bareOutput)),
                        Row.ofTimes(
                                "start of a context to its commit",
                                samples(commit),
                                "bare `bwrap --unshare-all`, same bash, to its end",
                                samples(bareEnd))),
                List.of());
    }

    private static Samples samples(List<Long> all) {
        return Samples.of(all.subList(WARM_UP, all.size()));
    }

    private void inside(List<Long> syscall, List<Long> commit) throws IOException {
        long began = System.nanoTime();
        try (GuestRun run = installation.guest("/bin/bash", "-c", SCRIPT)) {
            String status = run.firstOutput();
            syscall.add(System.nanoTime() - began);
            if (!status.contains(" 200")) {
                throw new IOException("the first syscall was answered with " + status);
            }
            run.awaitSuccess();
            commit.add(System.nanoTime() - began);
        }
    }

    private void bare(List<Long> output, List<Long> end) throws IOException, InterruptedException {
        long began = System.nanoTime();
        Process process = new ProcessBuilder(Programs.bareBoundary("/bin/bash", "-c", SCRIPT))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String first = new String(new byte[] {(byte) process.getInputStream().read()}, StandardCharsets.US_ASCII);
        output.add(System.nanoTime() - began);
        process.getInputStream().readAllBytes();
        int exit = process.waitFor();
        end.add(System.nanoTime() - began);
        if (exit != 0 || !first.equals("n")) {
            throw new IOException("the bare boundary ended with " + exit);
        }
    }
}
