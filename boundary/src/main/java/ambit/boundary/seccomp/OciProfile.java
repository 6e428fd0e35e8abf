package ambit.boundary.seccomp;

import ambit.boundary.seccomp.SeccompFilter.Profile;
import ambit.boundary.seccomp.Syscall.Rule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The same allow-list as {@link SeccompFilter}, as the {@code linux.seccomp} of an OCI bundle, for runtimes that take no ready filter.
 *
 * <p>They compile it with libseccomp, which differs in two refusals: a foreign architecture's call ends the program with a signal,
 * and a socket of a family that is not on the list fails with {@code EPERM}. What is allowed is the same.
 */
public final class OciProfile {
    private static final String ALLOW = "SCMP_ACT_ALLOW";
    private static final String REFUSE = "SCMP_ACT_ERRNO";
    private static final long WORD = 0xFFFF_FFFFL;
    private static final int WORD_BITS = 32;

    /** Argument {@code index}, of which only the bits of {@code mask} count, has {@code value}. */
    private record Condition(int index, long mask, long value) {
        Map<String, Object> json() {
            return ordered("index", index, "value", mask, "valueTwo", value, "op", "SCMP_CMP_MASKED_EQ");
        }
    }

    private final List<Object> rules = new ArrayList<>();

    private OciProfile() {}

    /** As maps, lists, texts and numbers. */
    public static Map<String, Object> of(Architecture architecture, Profile profile) {
        OciProfile made = new OciProfile();
        Set<Rule> allowed = SeccompFilter.allowedRules(profile);
        made.rules.add(ordered(
                "names",
                Stream.of(Syscall.values())
                        .filter(it -> allowed.contains(it.rule()) && it.number(architecture) >= 0)
                        .map(OciProfile::name)
                        .toList(),
                "action",
                ALLOW));
        Stream.of(Syscall.values())
                .filter(it -> it.rule() == Rule.BY_ARGUMENT && it.number(architecture) >= 0)
                .forEach(made::byArgument);
        return ordered(
                "defaultAction",
                REFUSE,
                "defaultErrnoRet",
                Errno.EPERM.number(),
                "architectures",
                List.of("SCMP_ARCH_" + architecture.name()),
                "syscalls",
                made.rules);
    }

    private static String name(Syscall call) {
        return call.name().toLowerCase(Locale.ROOT);
    }

    private void byArgument(Syscall call) {
        switch (call) {
            case CLONE -> allow(call, new Condition(0, SeccompFilter.NAMESPACE_FLAGS, 0));
            case CLONE3 ->
                rules.add(ordered("names", List.of(name(call)), "action", REFUSE, "errnoRet", Errno.ENOSYS.number()));
            case SOCKET -> sockets(call);
            case SOCKETPAIR -> allow(call, word(0, SeccompFilter.AF_UNIX));
            case IOCTL -> allBut(call, 1, SeccompFilter.TERMINAL_INJECTIONS);
            case PERSONALITY -> SeccompFilter.PERSONALITIES.forEach(it -> allow(call, word(0, it)));
            case MKNOD -> allow(call, new Condition(1, SeccompFilter.S_IFMT, SeccompFilter.S_IFIFO));
            case MKNODAT -> allow(call, new Condition(2, SeccompFilter.S_IFMT, SeccompFilter.S_IFIFO));
            default -> throw new IllegalStateException("no argument rule for " + call);
        }
    }

    private void sockets(Syscall call) {
        for (int type : List.of(SeccompFilter.SOCK_STREAM, SeccompFilter.SOCK_DGRAM)) {
            Condition kind = new Condition(1, SeccompFilter.SOCKET_TYPE_MASK, type);
            int only = type == SeccompFilter.SOCK_STREAM ? SeccompFilter.IPPROTO_TCP : SeccompFilter.IPPROTO_UDP;
            allow(call, word(0, SeccompFilter.AF_UNIX), kind);
            for (int family : List.of(SeccompFilter.AF_INET, SeccompFilter.AF_INET6)) {
                allow(call, word(0, family), kind, word(2, 0));
                allow(call, word(0, family), kind, word(2, only));
            }
        }
        allow(call, word(0, SeccompFilter.AF_NETLINK), word(2, SeccompFilter.NETLINK_ROUTE));
    }

    /**
     * libseccomp has no “none of these” for one argument, so the rest of the 32-bit values is said as prefixes: for each bit, those
     * values that agree with a refused one above that bit and differ in it.
     */
    private void allBut(Syscall call, int index, List<Integer> refused) {
        for (int bit = 0; bit < WORD_BITS; bit++) {
            long mask = WORD & (WORD << bit);
            long flipped = 1L << bit;
            refused.stream()
                    .map(it -> ((it & WORD) ^ flipped) & mask)
                    .distinct()
                    .filter(prefix -> refused.stream().noneMatch(it -> (it & mask) == prefix))
                    .forEach(prefix -> allow(call, new Condition(index, mask, prefix)));
        }
    }

    private static Condition word(int index, int value) {
        return new Condition(index, WORD, value & WORD);
    }

    private void allow(Syscall call, Condition... conditions) {
        rules.add(ordered(
                "names",
                List.of(name(call)),
                "action",
                ALLOW,
                "args",
                Stream.of(conditions).map(Condition::json).toList()));
    }

    private static Map<String, Object> ordered(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }
}
