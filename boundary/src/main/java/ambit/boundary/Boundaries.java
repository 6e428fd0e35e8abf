package ambit.boundary;

import ambit.boundary.seccomp.Architecture;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Every boundary that this machine offers. A guest gets the first one that its policy accepts and that can be had, or none: what is
 * missing is refused, and nothing weaker takes its place. Safe for use by several threads.
 */
public final class Boundaries implements Boundary {
    private final ProcessBoundary process;
    private final Architecture architecture;
    private final Map<By, OciBoundary> containers = new EnumMap<>(By.class);

    private Boundaries(ProcessBoundary process, Architecture architecture) {
        this.process = process;
        this.architecture = architecture;
    }

    /**
     * Looks at what this machine and this process offer; OCI runtimes are looked for when one is wanted.
     *
     * @throws BoundaryRefused if anything is missing that every guest needs
     */
    public static Boundaries open() throws BoundaryRefused {
        ProcessBoundary process = ProcessBoundary.open();
        Optional<Architecture> architecture = Architecture.current();
        if (architecture.isEmpty()) {
            process.close();
            throw new BoundaryRefused("there is no system call table here", "run on x86_64 or aarch64");
        }
        return new Boundaries(process, architecture.get());
    }

    @Override
    public RunningGuest start(BoundarySpec spec, Beginning beginning) throws BoundaryRefused {
        return chosen(spec.demand()).start(spec, beginning);
    }

    private Boundary chosen(Demand demand) throws BoundaryRefused {
        Optional<BoundaryRefused> why = Optional.empty();
        for (By by : By.values()) {
            if (demand.accepts(by)) {
                try {
                    return boundary(by);
                } catch (BoundaryRefused e) {
                    why = Optional.of(why.orElse(e));
                }
            }
        }
        throw why.orElseGet(() ->
                new BoundaryRefused("no boundary here is as strong as " + demand.text(), "run: ambit boundary check"));
    }

    private Boundary boundary(By by) throws BoundaryRefused {
        return by == By.PROCESS ? process : container(by);
    }

    private synchronized OciBoundary container(By by) throws BoundaryRefused {
        OciBoundary known = containers.get(by);
        if (known == null) {
            known = new OciBoundary(process.ground(), OciRuntime.find(by), architecture);
            containers.put(by, known);
        }
        return known;
    }

    /** The one that is taken where nothing is asked for. */
    @Override
    public BoundaryReport check() {
        return process.check();
    }

    /**
     * What {@code by} offers here.
     *
     * @throws BoundaryRefused if its program is not here
     */
    public BoundaryReport check(By by) throws BoundaryRefused {
        return boundary(by).check();
    }

    @Override
    public synchronized void close() {
        containers.values().forEach(OciBoundary::close);
        process.close();
    }
}
