package ambit.boundary.seccomp;

import ambit.boundary.seccomp.Syscall.Rule;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Makes the allow-list filters that programs in a boundary run under.
 *
 * <p>A call that is not on the list fails with {@code EPERM}, one newer than the list with {@code ENOSYS} so that a C
 * library falls back to what it used before. A foreign architecture, which includes the i386 and x32 calls of an x86_64
 * kernel, gets {@code ENOSYS} and not a signal: a program that merely probes should go on. {@code clone3} is
 * {@code ENOSYS} too, since its flags lie behind a pointer that a filter can not follow.
 */
public final class SeccompFilter {
    /** What the filtered program is. */
    public enum Profile {
        /** Untrusted code whose memory a control group counts. */
        GUEST,
        /** Untrusted code whose memory is summed up over its processes: no memory that belongs to none of them. */
        GUEST_METERED,
        /** A kernel process that starts boundaries of its own. */
        NESTING
    }

    private static final int X32_BIT = 0x40000000;
    /** The newest call that the tables were checked against. */
    private static final int NEWEST_NUMBER = 462;

    /** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
    static final int NAMESPACE_FLAGS = 0x7E020000;

    private static final int CLONE3 = 435;

    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int AF_NETLINK = 16;
    static final int NETLINK_ROUTE = 0;
    static final int SOCKET_TYPE_MASK = 0xF;
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int IPPROTO_TCP = 6;
    static final int IPPROTO_UDP = 17;

    private static final int TIOCSTI = 0x5412;
    private static final int TIOCLINUX = 0x541C;
    private static final int TIOCSETD = 0x5423;

    /** What puts input into a terminal, or another driver in its place. */
    static final List<Integer> TERMINAL_INJECTIONS = List.of(TIOCSTI, TIOCLINUX, TIOCSETD);

    static final int S_IFMT = 0xF000;
    static final int S_IFIFO = 0x1000;

    /** The personalities that moby's default profile allows: Linux, UNAME26, both, and the query. */
    static final List<Integer> PERSONALITIES = List.of(0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF);

    private SeccompFilter() {}

    /** The filter as the kernel and {@code bwrap --seccomp} take it: {@code struct sock_filter} records. */
    public static byte[] assemble(Architecture architecture, Profile profile) {
        Bpf program = new Bpf();
        program.loadArchitecture().equal(architecture.audit(), 1, 0).refuse(Errno.ENOSYS);
        program.loadNumber();
        if (architecture == Architecture.X86_64) {
            program.atLeast(X32_BIT, 0, 1).refuse(Errno.ENOSYS);
        }
        program.greater(NEWEST_NUMBER, 0, 1).refuse(Errno.ENOSYS);
        program.equal(CLONE3, 0, 1).refuse(Errno.ENOSYS);
        allow(program, numbers(architecture, allowedRules(profile)));
        Stream.of(Syscall.values())
                .filter(each -> each.rule() == Rule.BY_ARGUMENT && each.number(architecture) >= 0)
                .forEach(each -> program.whenEqual(each.number(architecture), byArgument(each, profile)));
        return program.refuse(Errno.EPERM).assemble();
    }

    static Set<Rule> allowedRules(Profile profile) {
        return switch (profile) {
            case GUEST -> EnumSet.of(Rule.ALLOWED, Rule.UNCOUNTED_MEMORY);
            case GUEST_METERED -> EnumSet.of(Rule.ALLOWED);
            case NESTING -> EnumSet.of(Rule.ALLOWED, Rule.UNCOUNTED_MEMORY, Rule.NESTING);
        };
    }

    private static int[] numbers(Architecture architecture, Set<Rule> rules) {
        return Stream.of(Syscall.values())
                .filter(each -> rules.contains(each.rule()))
                .mapToInt(each -> each.number(architecture))
                .filter(number -> number >= 0)
                .sorted()
                .distinct()
                .toArray();
    }

    /** One comparison for each run of consecutive numbers. */
    private static void allow(Bpf program, int[] numbers) {
        int index = 0;
        while (index < numbers.length) {
            int first = numbers[index];
            int last = first;
            while (index + 1 < numbers.length && numbers[index + 1] == last + 1) {
                index++;
                last++;
            }
            program.atLeast(first, 0, 2).greater(last, 1, 0).allow();
            index++;
        }
    }

    private static Bpf byArgument(Syscall call, Profile profile) {
        return switch (call) {
            case CLONE -> cloneRule(profile);
            case CLONE3 -> new Bpf().refuse(Errno.ENOSYS);
            case SOCKET -> socketRule();
            case SOCKETPAIR ->
                new Bpf().loadArgument(0).equal(AF_UNIX, 0, 1).allow().refuse(Errno.EAFNOSUPPORT);
            case IOCTL ->
                new Bpf()
                        .loadArgument(1)
                        .equal(TIOCSTI, 3, 0)
                        .equal(TIOCLINUX, 2, 0)
                        .equal(TIOCSETD, 1, 0)
                        .allow()
                        .refuse(Errno.EPERM);
            case PERSONALITY -> personalityRule();
            case MKNOD -> fifoRule(1);
            case MKNODAT -> fifoRule(2);
            default -> throw new IllegalStateException("no argument rule for " + call);
        };
    }

    private static Bpf cloneRule(Profile profile) {
        return profile == Profile.NESTING
                ? new Bpf().allow()
                : new Bpf()
                        .loadArgument(0)
                        .anyBit(NAMESPACE_FLAGS, 1, 0)
                        .allow()
                        .refuse(Errno.EPERM);
    }

    /** Local sockets, TCP and UDP, and the netlink protocol that getifaddrs uses; nothing raw. */
    private static Bpf socketRule() {
        Bpf local = type(SOCK_STREAM, 1, 0).equal(SOCK_DGRAM, 0, 1).allow().refuse(Errno.EPERM);
        Bpf netlink =
                new Bpf().loadArgument(2).equal(NETLINK_ROUTE, 0, 1).allow().refuse(Errno.EAFNOSUPPORT);
        return new Bpf()
                .loadArgument(0)
                .whenEqual(AF_UNIX, local)
                .whenEqual(AF_INET, internetRule())
                .whenEqual(AF_INET6, internetRule())
                .whenEqual(AF_NETLINK, netlink)
                .refuse(Errno.EAFNOSUPPORT);
    }

    private static Bpf internetRule() {
        Bpf stream = protocol(IPPROTO_TCP);
        Bpf datagram = protocol(IPPROTO_UDP);
        return new Bpf()
                .loadArgument(1)
                .and(SOCKET_TYPE_MASK)
                .whenEqual(SOCK_STREAM, stream)
                .whenEqual(SOCK_DGRAM, datagram)
                .refuse(Errno.EPERM);
    }

    private static Bpf type(int value, int ifTrue, int ifFalse) {
        return new Bpf().loadArgument(1).and(SOCKET_TYPE_MASK).equal(value, ifTrue, ifFalse);
    }

    private static Bpf protocol(int only) {
        return new Bpf()
                .loadArgument(2)
                .equal(0, 1, 0)
                .equal(only, 0, 1)
                .allow()
                .refuse(Errno.EPROTONOSUPPORT);
    }

    private static Bpf personalityRule() {
        Bpf rule = new Bpf().loadArgument(0);
        for (int allowed : PERSONALITIES) {
            rule.equal(allowed, 0, 1).allow();
        }
        return rule.refuse(Errno.EPERM);
    }

    /** Only named pipes may be made: {@code mkfifo(3)} is this call. */
    private static Bpf fifoRule(int modeArgument) {
        return new Bpf()
                .loadArgument(modeArgument)
                .and(S_IFMT)
                .equal(S_IFIFO, 0, 1)
                .allow()
                .refuse(Errno.EPERM);
    }
}
