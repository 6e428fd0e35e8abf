package ambit.wire;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What to run inside a boundary. Not signed; a request carries the SHA-256 of these exact bytes.
 *
 * @param agent its name
 * @param command program and arguments, at least the program
 * @param env environment besides what the kernel sets
 * @param workdir absolute path in the guest
 * @param mounts what of the broker's view the guest sees
 * @param tools definitions as JSON, by the capability's name
 * @param children the agents that it may spawn, by name
 */
public record AgentSpec(
        String agent,
        List<String> command,
        SortedMap<String, String> env,
        String workdir,
        List<Mount> mounts,
        Limit limits,
        SortedMap<String, String> tools,
        SortedMap<String, AgentSpec> children) {
    private static final int MAX_WORDS = 256;
    private static final int MAX_TEXT = 32 << 10;

    /** A path in the guest, and the index of what is there in the broker's view. */
    public record Mount(String guestPath, int index) {}

    /** What one guest may use: bytes of memory, processes, open files, bytes in one file, seconds, bytes below /tmp. */
    public record Limit(
            long memory, long processes, long files, long fileBytes, long cpuSeconds, long wallSeconds, long tmpBytes) {}

    public AgentSpec {
        command = List.copyOf(command);
        env = new TreeMap<>(env);
        mounts = List.copyOf(mounts);
        tools = new TreeMap<>(tools);
        children = new TreeMap<>(children);
        if (command.isEmpty()) {
            throw new IllegalArgumentException("an agent needs a command");
        }
    }

    /** The exact bytes whose digest a request carries. */
    public Blob toBlob() {
        return Blob.wrap(Cbor.encode(toCbor()));
    }

    public static AgentSpec parse(Blob bytes) throws MalformedException {
        return fromCbor(Cbor.decode(bytes.raw()));
    }

    private Cbor toCbor() {
        return Cbor.record(
                Cbor.of(agent),
                Wire.texts(command),
                Wire.map(env, Cbor::of),
                Cbor.of(workdir),
                Wire.list(mounts, m -> Cbor.record(Cbor.of(m.guestPath()), Cbor.of(m.index()))),
                limitsToCbor(),
                Wire.map(tools, Cbor::of),
                Wire.map(children, AgentSpec::toCbor));
    }

    private Cbor limitsToCbor() {
        return Cbor.record(
                Cbor.of(limits.memory()),
                Cbor.of(limits.processes()),
                Cbor.of(limits.files()),
                Cbor.of(limits.fileBytes()),
                Cbor.of(limits.cpuSeconds()),
                Cbor.of(limits.wallSeconds()),
                Cbor.of(limits.tmpBytes()));
    }

    private static AgentSpec fromCbor(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofRecord(cbor);
        String agent = in.text(Limits.NAME);
        List<String> command = in.list(MAX_WORDS, word -> Fields.asText(word, MAX_TEXT));
        if (command.isEmpty()) {
            throw new MalformedException("an agent needs a command");
        }
        AgentSpec spec = new AgentSpec(
                agent,
                command,
                in.textMap(MAX_WORDS, Limits.NAME, value -> Fields.asText(value, MAX_TEXT)),
                in.text(MAX_TEXT),
                in.list(MAX_WORDS, AgentSpec::readMount),
                readLimit(in.any()),
                in.textMap(Limits.CAPABILITIES, Limits.NAME, json -> Fields.asText(json, Limits.DEFINITION)),
                in.textMap(Limits.CAPABILITIES, Limits.NAME, AgentSpec::fromCbor));
        in.end();
        return spec;
    }

    private static Mount readMount(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofRecord(cbor);
        Mount mount = new Mount(in.text(MAX_TEXT), in.number(0, MAX_WORDS));
        in.end();
        return mount;
    }

    private static Limit readLimit(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofRecord(cbor);
        Limit limit = new Limit(
                in.integer(0, Long.MAX_VALUE),
                in.integer(0, Long.MAX_VALUE),
                in.integer(0, Long.MAX_VALUE),
                in.integer(0, Long.MAX_VALUE),
                in.integer(0, Long.MAX_VALUE),
                in.integer(0, Long.MAX_VALUE),
                in.integer(0, Long.MAX_VALUE));
        in.end();
        return limit;
    }
}
