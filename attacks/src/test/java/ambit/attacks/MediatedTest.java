package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** A guest has no I/O besides its kernel channel: no network, no host files, no sockets, no devices. */
@ParameterizedClass
@MethodSource("ambit.attacks.Mode#all")
final class MediatedTest {
    @SuppressWarnings("NullAway.Init")
    private static Installation ambit;

    @Parameter
    @SuppressWarnings("NullAway.Init")
    Mode mode;

    @BeforeParameterizedClassInvocation
    static void up(Mode mode) throws Exception {
        ambit = Installation.make(mode);
        ambit.up();
    }

    @AfterParameterizedClassInvocation
    static void down() throws Exception {
        ambit.close();
    }

    @Test
    void aGuestReachesNoNetworkAndTheSameProgramOutsideDoes() throws Exception {
        try (ServerSocket tcp = new ServerSocket(0, 50, InetAddress.getByName("0.0.0.0"));
                ServerSocketChannel unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            Path socket = ambit.root().resolve("outside.sock");
            Files.deleteIfExists(socket);
            unix.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
            String program = """
                    import socket
                    def tcp(host, port=%d):
                        return attempt(lambda: socket.create_connection((host, port), 2) and "connected")
                    def kind(*args):
                        return attempt(lambda: socket.socket(*args) and "made")
                    say(
                        host=tcp("127.0.0.1"),
                        address=tcp("%s"),
                        unix=attempt(lambda: socket.socket(socket.AF_UNIX).connect("%s") or "connected"),
                        name=attempt(lambda: socket.getaddrinfo("localhost.localdomain.example.com", 80) and "resolved"),
                        internet=tcp("1.1.1.1", 53),
                        six=tcp("2606:4700:4700::1111", 53),
                        metadata=tcp("169.254.169.254", 80),
                        udp=attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("%s", 9)) and "sent"),
                        raw=kind(socket.AF_INET, socket.SOCK_RAW, 1),
                        packet=kind(socket.AF_PACKET, socket.SOCK_RAW),
                        vsock=kind(40, socket.SOCK_STREAM),
                        bluetooth=kind(31, socket.SOCK_RAW),
                        alg=kind(38, socket.SOCK_SEQPACKET),
                        interfaces=[name for _, name in socket.if_nameindex()] if hasattr(socket, "if_nameindex") else [],
                        kernel=attempt(lambda: len(handles()) > 0),
                    )
                    """.formatted(tcp.getLocalPort(), hostAddress(), socket, hostAddress());
            JsonNode inside = ambit.guest(program).exits(0).said();
            JsonNode outside = ambit.outside(program).exits(0).said();
            assertThat(outside.get("host").asString()).isEqualTo("connected");
            assertThat(outside.get("address").asString()).isEqualTo("connected");
            assertThat(outside.get("unix").asString()).isEqualTo("connected");
            assertThat(outside.get("udp").asString()).isEqualTo("sent");
            assertThat(inside.get("kernel").asBoolean()).isTrue();
            for (String reached :
                    new String[] {"host", "address", "unix", "name", "internet", "six", "metadata", "udp"}) {
                assertThat(inside.get(reached).asString()).as(reached).containsPattern("Error|gaierror");
            }
            for (String made : new String[] {"raw", "packet", "vsock", "bluetooth", "alg"}) {
                assertThat(inside.get(made).asString()).as(made).contains("Error");
            }
            assertThat(inside.get("interfaces").toString()).isIn("[\"lo\"]", "[]");
        }
    }

    private static String hostAddress() throws Exception {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof java.net.Inet4Address)
                .map(InetAddress::getHostAddress)
                .sorted((a, b) -> Boolean.compare(a.startsWith("127."), b.startsWith("127.")))
                .findFirst()
                .orElse("127.0.0.1");
    }

    @Test
    void aGuestReadsNoFileOfTheHostAndTheSameProgramOutsideDoes() throws Exception {
        Path canary = Files.writeString(ambit.root().resolve("canary"), "seen by nobody");
        Map<String, String> files = new TreeMap<>();
        files.put("canary", canary.toString());
        files.put("yaml", ambit.root().resolve("ambit.yaml").toString());
        files.put("key", ambit.state().resolve("keys/tenant.key").toString());
        files.put("log", ambit.state().resolve("core/log/entries").toString());
        files.put("passwd", "/etc/shadow");
        files.put("root", "/proc/1/root" + canary);
        files.put("cwd", "/proc/self/cwd/../../../../../.." + canary);
        files.put("environ", "/proc/1/environ");
        files.put("disk", "/dev/sda");
        files.put("memory", "/dev/mem");
        files.put("kmsg", "/dev/kmsg");
        files.put("kallsyms", "/proc/kallsyms");
        files.put("keys", "/proc/keys");
        files.put("sysfs", "/sys/kernel/uevent_seqnum");
        files.put("machine", "/etc/machine-id");
        StringBuilder entries = new StringBuilder();
        files.forEach((name, path) -> entries.append("'%s': '%s',".formatted(name, path)));
        String program = "files = {%s}\nsay(**{n: attempt(lambda: open(p).read(200)) for n, p in files.items()})"
                .formatted(entries);
        JsonNode inside = ambit.guest(program).exits(0).said();
        JsonNode outside = ambit.outside(program).exits(0).said();
        assertThat(outside.get("canary").asString()).isEqualTo("seen by nobody");
        assertThat(outside.get("yaml").asString()).contains("tenant: acme");
        assertThat(outside.get("key").asString()).contains("PRIVATE KEY");
        for (String name : files.keySet()) {
            String got = inside.get(name).asString();
            if (name.equals("kallsyms")) {
                // The names of the kernel's functions are on every such machine; where they are is not told.
                assertThat(got).doesNotContainPattern("(?m)^0*[1-9a-f][0-9a-f]* ");
            } else if (name.equals("environ")) {
                assertThat(got).doesNotContain("canary").doesNotContain("MODEL_KEY");
            } else if (!got.isEmpty()) {
                assertThat(got).as(name).containsPattern("^(FileNotFound|Permission|NotADirectory|OS)Error");
            }
        }
    }

    @Test
    void aGuestChangesNothingOutsideOfItsOwnScratchSpace() throws Exception {
        JsonNode inside = ambit.guest("""
                        import os
                        places = ["/", "/usr", "/usr/bin", "/etc", "/guest", "/run", "/dev", "/proc", "/sys", "/home", "/lib",
                                  "/proc/sys/kernel", "/var", "/opt", "/mnt"]
                        say(
                            made=[p for p in places if attempt(lambda: open(p + "/planted", "w").write("x")) == 1],
                            over=[p for p in ("/guest/run.py", "/usr/bin/env", "/etc/passwd", "/run/kernel.sock", "/bin/sh")
                                  if attempt(lambda: open(p, "a").write("x")) == 1],
                            gone=[p for p in ("/guest/run.py", "/run/kernel.sock", "/etc/passwd") if attempt(lambda: os.remove(p)) is None],
                            scratch=[attempt(lambda: open(p + "/mine", "w").write("x")) for p in ("/tmp", "/home/agent", "/dev/shm")],
                        )
                        """).exits(0).said();
        assertThat(inside.get("made")).isEmpty();
        assertThat(inside.get("over")).isEmpty();
        assertThat(inside.get("gone")).isEmpty();
        assertThat(inside.get("scratch").toString()).isEqualTo("[1,1,1]");
    }

    @Test
    void theSystemCallsThatHaveOpenedBoundariesBeforeAreRefused() throws Exception {
        JsonNode inside = ambit.guest("""
                        import ctypes, os, signal
                        libc = ctypes.CDLL(None, use_errno=True)
                        def syscall(number, *args):
                            pid = os.fork()
                            if pid == 0:
                                result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
                                os._exit(1 if result >= 0 else 2)
                            _, status = os.waitpid(pid, 0)
                            return "refused" if os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 2 else "allowed"
                        x = os.uname().machine == "x86_64"
                        numbers = {  # x86_64, aarch64
                            "mount": (165, 40, b"none", b"/tmp", b"tmpfs", 0, 0), "umount": (166, 39, b"/proc", 0),
                            "pivot_root": (155, 41, b"/tmp", b"/tmp"), "chroot": (161, 51, b"/tmp"),
                            "unshare user": (272, 97, 0x10000000), "unshare net": (272, 97, 0x40000000),
                            "setns": (308, 268, 0, 0), "ptrace": (101, 117, 16, 1, 0, 0),
                            "bpf": (321, 280, 0, 0, 0), "perf_event_open": (298, 241, 0, 0, -1, -1, 0),
                            "io_uring_setup": (425, 425, 8, 0), "userfaultfd": (323, 282, 0),
                            "keyctl": (250, 219, 0, -3, 0, 0, 0), "add_key": (248, 217, b"user", b"x", b"y", 1, -3),
                            "init_module": (175, 105, 0, 0, b""), "kexec_load": (246, 104, 0, 0, 0, 0),
                            "reboot": (169, 142, 0, 0, 0, 0), "swapon": (167, 224, b"/tmp/x", 0),
                            "sethostname": (170, 161, b"x", 1), "settimeofday": (164, 170, 0, 0),
                            "open_by_handle_at": (304, 265, 0, 0, 0), "process_vm_readv": (310, 270, 1, 0, 0, 0, 0, 0),
                            "mknod": (133, 33, b"/tmp/disk", 0o60600, 0x0801) if x else (33, 33, -100, b"/tmp/disk", 0o60600, 0x0801),
                            "setuid root": (105, 146, 0), "setgid root": (106, 144, 0), "personality": (135, 92, 0x0040000),
                            "fsopen": (430, 430, b"tmpfs", 0), "open_tree": (428, 428, -100, b"/", 1),
                        }
                        say(answers={name: syscall(each[0] if x else each[1], *each[2:]) for name, each in numbers.items()},
                            control=syscall(39 if x else 172), root=os.geteuid(),
                            caps=[l.split()[1] for l in open("/proc/self/status") if l.startswith("Cap")],
                            visible=len([p for p in os.listdir("/proc") if p.isdigit()]))
                        """).exits(0).said();
        assertThat(inside.get("control").asString()).isEqualTo("allowed");
        assertThat(inside.get("answers").properties())
                .allSatisfy(each ->
                        assertThat(each.getValue().asString()).as(each.getKey()).isEqualTo("refused"));
        assertThat(inside.get("root").asInt()).isNotZero();
        assertThat(inside.get("caps"))
                .allSatisfy(cap -> assertThat(cap.asString()).isEqualTo("0000000000000000"));
        assertThat(inside.get("visible").asInt()).isLessThan(10);
    }

    @Test
    void aGuestHasNoCredentialAndNoTraceOfTheHostsEnvironment() throws Exception {
        String program = """
                import glob, os
                texts = ["\\n".join(f"{k}={v}" for k, v in os.environ.items())]
                for path in glob.glob("/proc/[0-9]*/*") + glob.glob("/proc/self/*"):
                    if os.path.isfile(path) and not path.endswith(("/mem", "/pagemap")):
                        texts.append(str(attempt(lambda: open(path, errors="replace").read(100_000))))
                print("\\n".join(texts))
                print("OPENAI_API_KEY is", os.environ.get("OPENAI_API_KEY"))
                say(answer=attempt(lambda: chat("hello")["choices"][0]["message"]["content"]))
                """;
        Outcome inside = ambit.guest(program).exits(0);
        assertThat(inside.out())
                .doesNotContain(Installation.MODEL_KEY)
                .doesNotContain(Installation.EXACT_KEY)
                .contains("OPENAI_API_KEY is kernel-bound");
        // The control: the model, which demands the key, was asked with it; and outside the key is there to be read.
        assertThat(inside.said().get("answer").asString()).isEqualTo("hello");
        assertThat(ambit.outside("import os; print(os.environ['MODEL_KEY'])").out())
                .contains(Installation.MODEL_KEY);
    }

    @Test
    void killingEveryProcessInSightHurtsOnlyTheGuestItself() throws Exception {
        ambit.guest("import os, signal\nos.kill(-1, signal.SIGKILL)\nos.kill(1, signal.SIGKILL)");
        assertThat(ambit.guest("say(alive=True)").exits(0).said().get("alive").asBoolean())
                .isTrue();
        assertThat(ambit.status().get("restarts").asInt()).isZero();
    }
}
