package ambit.attacks;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Who calls {@code ambit}: root, or a user without privileges. */
public enum Mode {
    ROOT,
    ORDINARY;

    /** The account that stands for an ordinary user when the tests run as root. */
    public static final String USER = "tester";

    /** What can be tested here: root tests both. */
    static Stream<Mode> all() {
        return Host.isRoot() ? Stream.of(ROOT, ORDINARY) : Stream.of(ORDINARY);
    }

    /** The better confined of what can be tested here. */
    public static Mode best() {
        return Host.isRoot() ? ROOT : ORDINARY;
    }

    /** Whether commands have to change to another user. */
    public boolean changesUser() {
        return this == ORDINARY && Host.isRoot();
    }

    /** What goes before a command so that it runs as this user. */
    List<String> prefix() {
        return changesUser() ? List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--init-groups") : List.of();
    }

    /** Makes the account, if it is needed and not there. */
    public void prepare() throws Exception {
        if (changesUser()) {
            Outcome there = Running.start(List.of("id", "-u", USER)).finish();
            if (there.exit() != 0) {
                Outcome made = Running.start(List.of("useradd", "--system", "--no-create-home", USER))
                        .finish();
                if (made.exit() != 0) {
                    throw new AssertionError("cannot make the user " + USER + ": " + made.err());
                }
            }
        }
    }

    /** A command as this user. */
    List<String> command(List<String> command) {
        List<String> all = new ArrayList<>(prefix());
        all.addAll(command);
        return all;
    }
}
