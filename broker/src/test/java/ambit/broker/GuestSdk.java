package ambit.broker;

import ambit.sdk.Denied;
import ambit.sdk.Unproved;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What guests link. A client of each makes the named calls one after the other and says in one line what came of each. */
enum GuestSdk {
    PYTHON {
        @Override
        List<String> calls(Map<String, String> environment, String pin, String handle, List<String> calls)
                throws Exception {
            String program = """
                    import json, sys
                    sys.path.insert(0, sys.argv[1])
                    import ambit
                    handle = sys.argv[3]
                    calls = {
                        "tool": lambda: ambit.tool_call(handle, {"n": [1, 2.5, "\\u00e9"]}),
                        "read": lambda: ambit.memory_read("k"),
                        "write": lambda: ambit.memory_write("k", {"n": 1}),
                        "log": lambda: ambit.log({"step": [1, "\\u00e9"]}),
                        "handles": lambda: ambit.handles(),
                        "spawn": lambda: ambit.spawn_child(handle),
                        "child": lambda: ambit.tool_call(ambit.spawn_child(handle)),
                    }
                    if sys.argv[2]:
                        ambit.pin(sys.argv[2])
                    for name in sys.argv[4:]:
                        try:
                            print("given", json.dumps(calls[name](), separators=(",", ":")))
                        except ambit.Unproved as e:
                            print("unproved", e)
                        except ambit.Denied as e:
                            print("denied", e.code)
                    """;
            return run(environment, pin, handle, calls, "python3", "-B", "-c", program, sdk("python"));
        }
    },

    NODE {
        @Override
        List<String> calls(Map<String, String> environment, String pin, String handle, List<String> calls)
                throws Exception {
            String program = """
                    const [sdk, pin, handle, ...names] = process.argv.slice(1);
                    const ambit = await import(sdk + "/ambit.mjs");
                    const calls = {
                      tool: () => ambit.toolCall(handle, { n: [1, 2.5, "\\u00e9"] }),
                      read: () => ambit.memoryRead("k"),
                      write: async () => (await ambit.memoryWrite("k", { n: 1 })) ?? null,
                      log: async () => (await ambit.log({ step: [1, "\\u00e9"] })) ?? null,
                      handles: () => ambit.handles(),
                      spawn: () => ambit.spawnChild(handle),
                      child: async () => ambit.toolCall(await ambit.spawnChild(handle)),
                    };
                    if (pin) ambit.pin(pin);
                    for (const name of names) {
                      try {
                        console.log("given", JSON.stringify(await calls[name]()));
                      } catch (e) {
                        if (e instanceof ambit.Unproved) console.log("unproved", e.message);
                        else if (e instanceof ambit.Denied) console.log("denied", e.code);
                        else throw e;
                      }
                    }
                    """;
            return run(environment, pin, handle, calls, "node", "--input-type=module", "-e", program, sdk("node"));
        }
    },

    JAVA {
        @Override
        List<String> calls(Map<String, String> environment, String pin, String handle, List<String> calls)
                throws Exception {
            ambit.sdk.Kernel kernel = ambit.sdk.Kernel.in(environment);
            if (!pin.isEmpty()) {
                kernel = kernel.pin(pin);
            }
            List<String> lines = new ArrayList<>();
            for (String name : calls) {
                try {
                    lines.add("given " + call(kernel, name, handle));
                } catch (Unproved e) {
                    lines.add("unproved " + e.getMessage());
                } catch (Denied e) {
                    lines.add("denied " + e.code());
                }
            }
            return lines;
        }
    };

    /**
     * Makes calls of these names: tool, read, write, log, handles, spawn, and child, which is started and asked for its result.
     *
     * @param environment what the kernel tells the guest
     * @param pin the only core that is to count; empty for the kernel's
     * @return a line for each call: {@code given} and compact JSON, {@code unproved} and why, or {@code denied} and the code
     */
    abstract List<String> calls(Map<String, String> environment, String pin, String handle, List<String> calls)
            throws Exception;

    private static String call(ambit.sdk.Kernel kernel, String name, String handle) throws IOException, Denied {
        return switch (name) {
            case "tool" -> kernel.toolCall(handle, " {\"n\": [1, 2.5, \"\u00e9\"]} ");
            case "read" -> kernel.memoryRead("k");
            case "handles" -> kernel.handles();
            case "spawn" -> "\"" + kernel.spawnChild(handle, "", "{}") + "\"";
            case "child" -> kernel.toolCall(kernel.spawnChild(handle, "", "{}"), "{}");
            case "log" -> {
                kernel.log(" {\"step\": [1, \"\u00e9\"]} ");
                yield "null";
            }
            default -> {
                kernel.memoryWrite("k", "{\"n\": 1}");
                yield "null";
            }
        };
    }

    private static String sdk(String language) {
        return Path.of(System.getProperty("ambit.root", ".."))
                .resolve("sdk")
                .resolve(language)
                .toAbsolutePath()
                .normalize()
                .toString();
    }

    private static List<String> run(
            Map<String, String> environment, String pin, String handle, List<String> calls, String... program)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program));
        command.add(pin);
        command.add(handle);
        command.addAll(calls);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("AMBIT_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(output);
        }
        return output.lines().toList();
    }
}
