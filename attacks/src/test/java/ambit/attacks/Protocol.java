package ambit.attacks;

import ambit.authority.Cap;
import ambit.authority.Grant;
import ambit.authority.Request;
import ambit.authority.keyfile.SecretKeyFile;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.BrokerToDriver;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker;
import ambit.wire.Cose;
import ambit.wire.DriverToBroker;
import ambit.wire.FrameChannel;
import ambit.wire.Syscall;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The kernel's inner sockets as a hostile program has them: with the uid of the process whose place it took, and every message
 * as it likes.
 */
final class Protocol implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Process relay;
    private final FrameChannel frames;

    private Protocol(Process relay) {
        this.relay = relay;
        this.frames = new FrameChannel(new Streams(relay.getInputStream(), relay.getOutputStream()));
    }

    /** Connects to one of the runtime directory's sockets as the owner of {@code process}. */
    static Protocol connect(Installation ambit, String socket, String process) throws Exception {
        List<String> command = new ArrayList<>();
        if (ambit.mode() == Mode.ROOT) {
            int uid = uidOf(ambit, process);
            command.addAll(List.of("setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups"));
        } else {
            command.addAll(ambit.mode().prefix());
        }
        return connect(ambit, socket, command);
    }

    private static Protocol connect(Installation ambit, String socket, List<String> prefix) throws Exception {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                "/usr/bin/python3",
                ambit.root().resolve("relay/relay.py").toString(),
                ambit.runtime().resolve(socket).toString()));
        return new Protocol(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** What the command connects to, as the command. */
    static Protocol toFront(Installation ambit) throws Exception {
        return connect(ambit, "broker-front/broker.sock", ambit.mode().prefix());
    }

    /** The uid that a kernel process has on the host: that of the youngest process of its boundary. */
    private static int uidOf(Installation ambit, String process) throws Exception {
        long outermost = ambit.pid(process);
        return ProcessHandle.of(outermost).stream()
                .flatMap(handle -> Stream.concat(Stream.of(handle), handle.descendants()))
                .filter(handle -> Host.commandLine(handle.pid()).contains("java"))
                .filter(handle -> !Host.commandLine(handle.pid()).contains("bwrap"))
                .map(handle -> {
                    try {
                        return Host.uidOf(handle.pid());
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                })
                .findFirst()
                .orElseThrow();
    }

    static Protocol toCore(Installation ambit) throws Exception {
        return connect(ambit, "core-broker/core.sock", "broker");
    }

    static Protocol toDrivers(Installation ambit) throws Exception {
        return connect(ambit, "drivers-broker/drivers.sock", "broker");
    }

    void send(Cbor message) throws IOException {
        frames.send(message);
    }

    Cbor receive() throws IOException {
        return frames.receive();
    }

    Cbor ask(Cbor message) throws IOException {
        frames.send(message);
        return frames.receive();
    }

    CoreToBroker ask(BrokerToCore message) throws IOException {
        return CoreToBroker.fromCbor(ask(message.toCbor()));
    }

    /** Has a permit executed on a connection of its own; what is streamed is put before the end. */
    static DriverToBroker execute(Installation ambit, Blob permit, Blob params) throws Exception {
        try (Protocol drivers = toDrivers(ambit)) {
            drivers.frames.send(new BrokerToDriver.Execute(permit, params).toCbor());
            while (true) {
                DriverToBroker answer = DriverToBroker.fromCbor(drivers.frames.receive());
                if (!(answer instanceof DriverToBroker.Chunk)) {
                    return answer;
                }
            }
        }
    }

    CoreToBroker decide(Blob context, Blob handle, String params) throws IOException {
        return ask(new BrokerToCore.Decide(context, Syscall.TOOL_CALL, handle, utf8(params)));
    }

    CoreToBroker memory(Blob context, Syscall syscall, String params) throws IOException {
        return ask(new BrokerToCore.Decide(context, syscall, Blob.EMPTY, utf8(params)));
    }

    /** What alice's command would send for a run of {@code agent}. */
    record Admission(Blob grant, Request request, SigningKey holder, Blob spec) {
        static Admission of(Installation ambit, String principal, String agent) throws Exception {
            Path keys = ambit.state().resolve("keys");
            SigningKey holder = SecretKeyFile.read(keys.resolve(principal + ".key"));
            Blob bytes = grant(ambit, holder.publicKey(), agent);
            Grant grant = Grant.parse(Cose.parse(bytes).payload());
            SortedMap<String, String> definitions = new TreeMap<>();
            grant.caps().stream()
                    .filter(cap -> !cap.definition().isEmpty())
                    .forEach(cap -> definitions.put(cap.name(), definition(ambit, cap)));
            AgentSpec spec = new AgentSpec(
                    agent,
                    List.of("/bin/true"),
                    new TreeMap<>(),
                    "/home/agent",
                    List.of(),
                    new AgentSpec.Limit(1 << 28, 16, 64, 1 << 20, 10, 10, 1 << 20),
                    definitions,
                    new TreeMap<>());
            long now = Instant.now().getEpochSecond();
            Request request = new Request(
                    bytes.sha256(),
                    fresh(),
                    now,
                    now + 120,
                    agent,
                    spec.toBlob().sha256(),
                    Blob.EMPTY,
                    List.of(),
                    List.of(),
                    Blob.EMPTY.sha256());
            return new Admission(bytes, request, holder, spec.toBlob());
        }

        private static Blob grant(Installation ambit, Blob holder, String agent) throws Exception {
            try (Stream<Path> files = Files.list(ambit.state().resolve("grants"))) {
                for (Path file :
                        files.filter(each -> each.toString().endsWith(".grant")).toList()) {
                    Blob bytes = Blob.of(Files.readAllBytes(file));
                    Grant grant = Grant.parse(Cose.parse(bytes).payload());
                    if (grant.holder().equals(holder) && grant.agent().equals(agent)) {
                        return bytes;
                    }
                }
            }
            throw new AssertionError("no grant for " + agent);
        }

        /** The pinned definition with the digest that the grant names. */
        private static String definition(Installation ambit, Cap cap) {
            try (Stream<Path> files = Files.walk(ambit.state().resolve("tools"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    for (var tool : new tools.jackson.databind.json.JsonMapper().readTree(Files.readString(file))) {
                        String text = tool.isString() ? tool.asString() : tool.toString();
                        if (utf8(text).sha256().equals(cap.definition())) {
                            return text;
                        }
                    }
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            throw new AssertionError("no definition of " + cap.name());
        }

        BrokerToCore.Admit signed() {
            return new BrokerToCore.Admit(grant, Signed.sign(Cose.Domain.REQUEST, holder, request.toBlob()), spec);
        }

        BrokerToCore.Admit signedBy(SigningKey key) {
            return new BrokerToCore.Admit(grant, Signed.sign(Cose.Domain.REQUEST, key, request.toBlob()), spec);
        }

        Admission with(Request other) {
            return new Admission(grant, other, holder, spec);
        }
    }

    static Blob fresh() {
        byte[] id = new byte[16];
        RANDOM.nextBytes(id);
        return Blob.of(id);
    }

    static Blob utf8(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The same bytes with one bit changed. */
    static Blob flipped(Blob bytes, int at) {
        byte[] changed = bytes.toArray();
        changed[Math.floorMod(at, changed.length)] ^= 1;
        return Blob.of(changed);
    }

    static Blob handle(CoreToBroker.Admitted admitted, String name) {
        return admitted.capabilities().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow()
                .handle();
    }

    @Override
    public void close() {
        relay.destroyForcibly();
    }

    /** A process's two streams as one channel. */
    private static final class Streams implements ByteChannel {
        private final InputStream in;
        private final OutputStream out;
        private volatile boolean open = true;

        Streams(InputStream in, OutputStream out) {
            this.in = in;
            this.out = out;
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            byte[] buffer = new byte[to.remaining()];
            int count = in.read(buffer);
            if (count > 0) {
                to.put(buffer, 0, count);
            }
            return count;
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            byte[] bytes = new byte[from.remaining()];
            from.get(bytes);
            out.write(bytes);
            out.flush();
            return bytes.length;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() throws IOException {
            open = false;
            in.close();
            out.close();
        }
    }
}
