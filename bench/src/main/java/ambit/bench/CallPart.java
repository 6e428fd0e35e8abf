package ambit.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Round trips of syscalls from within a guest, by a Python client over one connection to the kernel's socket. */
final class CallPart implements Part {

    private static final Map<String, String> SYSCALLS = new java.util.TreeMap<>(Map.of(
            "memory_read", "`memory_read`, 64 bytes",
            "memory_write", "`memory_write`, 64 bytes, staged",
            "log", "`log`, 64 bytes",
            "tool_call", "`tool_call`, MCP server over stdio that echoes 64 bytes"));

    private final Installation installation;
    private final int count;

    CallPart(Installation installation, int count) {
        this.installation = installation;
        this.count = count;
    }

    @Override
    public Result measure() throws IOException, InterruptedException {
        String inside = installation.ambit("run", "--quiet", "caller", "--", "kernel", Integer.toString(count));
        String outside;
        try (EchoServer echo = EchoServer.start(
                Path.of("/tmp/ambit-bench-" + ProcessHandle.current().pid()))) {
            outside = Programs.run(
                    installation.directory(),
                    Map.of(),
                    installation.errors(),
                    List.of(
                            "/usr/bin/python3",
                            "files/client.py",
                            "echo",
                            Integer.toString(count),
                            echo.socket().toString()));
        }
        List<Row> rows = new java.util.ArrayList<>();
        for (Map.Entry<String, String> syscall : SYSCALLS.entrySet()) {
            rows.add(Row.ofTimes(
                    syscall.getValue() + ", from within a guest",
                    Installation.Json.samples(inside, syscall.getKey()),
                    "the same client and bytes, Unix-socket echo outside",
                    Installation.Json.samples(outside, syscall.getKey())));
        }
        return new Result(rows, List.of());
    }
}
