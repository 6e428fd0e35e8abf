package ambit.boundary;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Ways to make a boundary, the one that is taken first where several will do first. */
public enum By {
    /** Bubblewrap. */
    PROCESS("process", Tier.PROCESS),
    /** An OCI bundle run by crun. */
    CRUN("oci:crun", Tier.CONTAINER),
    /** An OCI bundle run by runc. */
    RUNC("oci:runc", Tier.CONTAINER),
    /** An OCI bundle run by gVisor. */
    RUNSC("oci:runsc", Tier.GVISOR);

    private final String title;
    private final Tier tier;

    By(String title, Tier tier) {
        this.title = title;
        this.tier = tier;
    }

    /** The kind of boundary that it makes. */
    public Tier tier() {
        return tier;
    }

    /** Its name in {@code ambit.yaml} and in the log. */
    public String title() {
        return title;
    }

    static Optional<By> of(String title) {
        return Arrays.stream(values()).filter(it -> it.title.equals(title)).findFirst();
    }

    /** All names, for a sentence. */
    static String titles() {
        return Arrays.stream(values()).map(By::title).collect(Collectors.joining(", "));
    }
}
