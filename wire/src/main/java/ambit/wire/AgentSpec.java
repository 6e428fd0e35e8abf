package ambit.wire;

import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What to run inside a boundary. Not signed; a request carries the SHA-256 of these exact bytes.
 *
 * @param agent its name
 * @param command program and arguments; empty where no guest runs, since the principal's own command attends
 * @param env environment besides what the kernel sets
 * @param workdir absolute path in the guest
 * @param mounts what of the broker's view the guest sees
 * @param tools definitions as JSON, by the capability's name
 * @param children the agents that it may spawn, by name
 * @param share what it gets of its parent's authority when it is a child, an {@code ambit.authority.Share}; empty for the agent that a
 *     request runs, and for a child that gets all that its parent may delegate
 * @param boundary what boundaries will do: a tier, which is the least, or one way to make one; empty for any
 */
public record AgentSpec(
        String agent,
        @Max(MAX_WORDS) List<@Max(MAX_TEXT) String> command,
        @Max(MAX_WORDS) SortedMap<String, @Max(MAX_TEXT) String> env,
        @Max(MAX_TEXT) String workdir,
        @Max(MAX_WORDS) List<Mount> mounts,
        Limit limits,
        @Max(Limits.CAPABILITIES) SortedMap<String, @Max(Limits.DEFINITION) String> tools,
        @Max(Limits.CAPABILITIES) SortedMap<String, AgentSpec> children,
        @Max(MAX_SHARE) Blob share,
        @Max(MAX_BOUNDARY) String boundary)
        implements Cbor.Artifact {
    public static final int MAX_WORDS = 256;
    public static final int MAX_TEXT = 32 << 10;
    public static final int MAX_SHARE = 256 << 10;
    public static final int MAX_BOUNDARY = 64;

    /** A path in the guest, and the index of what is there in the broker's view. */
    public record Mount(
            @Max(MAX_TEXT) String guestPath,
            @Range(to = MAX_WORDS) int index) implements Cbor.Artifact {}

    /** What one guest may use: bytes of memory, processes, open files, bytes in one file, seconds, bytes below /tmp. */
    public record Limit(
            long memory, long processes, long files, long fileBytes, long cpuSeconds, long wallSeconds, long tmpBytes)
            implements Cbor.Artifact {}

    public AgentSpec {
        command = List.copyOf(command);
        env = new TreeMap<>(env);
        mounts = List.copyOf(mounts);
        tools = new TreeMap<>(tools);
        children = new TreeMap<>(children);
    }

    /** One with an empty share, whose boundary does not matter. */
    public AgentSpec(
            String agent,
            List<String> command,
            SortedMap<String, String> env,
            String workdir,
            List<Mount> mounts,
            Limit limits,
            SortedMap<String, String> tools,
            SortedMap<String, AgentSpec> children) {
        this(agent, command, env, workdir, mounts, limits, tools, children, Blob.EMPTY, "");
    }

    public static AgentSpec parse(Blob bytes) throws MalformedException {
        return Cbor.parse(AgentSpec.class, bytes);
    }
}
