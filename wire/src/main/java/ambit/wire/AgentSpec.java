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
 * @param share what it gets of its parent's authority when it is a child, an {@code ambit.authority.Share}; empty for the agent that a
 *     request runs, and for a child that gets all that its parent may delegate
 */
public record AgentSpec(
        String agent,
        List<String> command,
        SortedMap<String, String> env,
        String workdir,
        List<Mount> mounts,
        Limit limits,
        SortedMap<String, String> tools,
        SortedMap<String, AgentSpec> children,
        Blob share)
        implements Cbor.Message {
    private static final int MAX_WORDS = 256;
    private static final int MAX_TEXT = 32 << 10;
    private static final int MAX_SHARE = 256 << 10;

    /** A path in the guest, and the index of what is there in the broker's view. */
    public record Mount(String guestPath, int index) implements Cbor.Message {
        @Override
        public Cbor toCbor() {
            return Cbor.record(guestPath, index);
        }

        static Mount read(Fields in) throws MalformedException {
            return new Mount(in.text(MAX_TEXT), in.number(0, MAX_WORDS));
        }
    }

    /** What one guest may use: bytes of memory, processes, open files, bytes in one file, seconds, bytes below /tmp. */
    public record Limit(
            long memory, long processes, long files, long fileBytes, long cpuSeconds, long wallSeconds, long tmpBytes)
            implements Cbor.Message {
        @Override
        public Cbor toCbor() {
            return Cbor.record(memory, processes, files, fileBytes, cpuSeconds, wallSeconds, tmpBytes);
        }

        static Limit read(Fields in) throws MalformedException {
            return new Limit(
                    in.integer(), in.integer(), in.integer(), in.integer(), in.integer(), in.integer(), in.integer());
        }
    }

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

    /** One with an empty share. */
    public AgentSpec(
            String agent,
            List<String> command,
            SortedMap<String, String> env,
            String workdir,
            List<Mount> mounts,
            Limit limits,
            SortedMap<String, String> tools,
            SortedMap<String, AgentSpec> children) {
        this(agent, command, env, workdir, mounts, limits, tools, children, Blob.EMPTY);
    }

    public static AgentSpec parse(Blob bytes) throws MalformedException {
        return Fields.record(bytes, AgentSpec::read);
    }

    @Override
    public Cbor toCbor() {
        return Cbor.record(agent, command, env, workdir, mounts, limits, tools, children, share);
    }

    private static AgentSpec read(Fields in) throws MalformedException {
        String agent = in.name();
        List<String> command = in.list(MAX_WORDS, word -> Fields.asText(word, MAX_TEXT));
        if (command.isEmpty()) {
            throw new MalformedException("an agent needs a command");
        }
        return new AgentSpec(
                agent,
                command,
                in.map(MAX_WORDS, value -> Fields.asText(value, MAX_TEXT)),
                in.text(MAX_TEXT),
                in.records(MAX_WORDS, Mount::read),
                Fields.record(in.any(), Limit::read),
                in.map(Limits.CAPABILITIES, json -> Fields.asText(json, Limits.DEFINITION)),
                in.map(Limits.CAPABILITIES, child -> Fields.record(child, AgentSpec::read)),
                in.bytes(MAX_SHARE));
    }
}
