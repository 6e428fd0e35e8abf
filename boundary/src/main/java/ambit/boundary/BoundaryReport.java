package ambit.boundary;

import java.util.List;

/**
 * What a boundary is made of on this machine.
 *
 * @param tier the tier that it reaches
 * @param launcher what the launcher is: {@code root}, {@code range} (a uid for each guest from a delegated range),
 *     {@code nested} (capabilities over its own namespaces) or {@code ordinary}
 * @param version of the program that makes it: bwrap, or an OCI runtime
 * @param memory how memory is limited: {@code cgroup v1}, {@code cgroup v2} or {@code meter} (summed up over the guest's
 *     processes twenty times a second)
 * @param uidPerGuest whether every guest has a kernel uid of its own
 * @param loopback whether {@link Network.Loopback} is possible
 * @param missing what keeps this boundary from starting anything
 * @param warnings what weakens it, to be shown to the user
 */
public record BoundaryReport(
        Tier tier,
        String launcher,
        String version,
        String memory,
        boolean uidPerGuest,
        boolean loopback,
        List<Finding> missing,
        List<Finding> warnings) {

    /** One thing that is not as it should be, and what to do about it. */
    public record Finding(String sentence, String hint) {}

    public BoundaryReport {
        missing = List.copyOf(missing);
        warnings = List.copyOf(warnings);
    }

    /** Whether guests can be started. */
    public boolean usable() {
        return missing.isEmpty();
    }
}
