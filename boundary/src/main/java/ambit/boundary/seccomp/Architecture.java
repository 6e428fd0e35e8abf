package ambit.boundary.seccomp;

import java.util.Locale;
import java.util.Optional;

/** A processor architecture that filters can be made for, with its {@code AUDIT_ARCH_*} number. */
public enum Architecture {
    X86_64(0xC000003E),
    AARCH64(0xC00000B7);

    private final int audit;

    Architecture(int audit) {
        this.audit = audit;
    }

    int audit() {
        return audit;
    }

    /** The architecture this JVM runs on; empty where there is no system call table for it. */
    public static Optional<Architecture> current() {
        return switch (System.getProperty("os.arch", "").toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> Optional.of(X86_64);
            case "aarch64", "arm64" -> Optional.of(AARCH64);
            default -> Optional.empty();
        };
    }
}
