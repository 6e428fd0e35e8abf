package ambit.boundary;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What to run and all that it may see.
 *
 * <p>The read-only runtime ({@code /usr}, the libraries, a generated {@code /etc}), {@code /proc}, {@code /dev},
 * {@code /tmp} and {@code /home/agent} are always there. A mount of the caller's at one of these paths takes its place;
 * no mount may lie below one that shows files of the host, since a link planted there would redirect it.
 *
 * @param command the program and its arguments, looked up in the {@code PATH} of {@code environment}
 * @param environment exactly what the program sees (a shell or a C library may add to its own copy)
 * @param workdir an absolute path inside
 * @param demand what boundaries will do
 */
public record BoundarySpec(
        List<String> command,
        Map<String, String> environment,
        Path workdir,
        List<Mount> mounts,
        Limits limits,
        Network network,
        String hostname,
        Demand demand) {

    private static final int MAX_ENTRIES = 4096;
    private static final int MAX_TEXT = 128 * 1024;
    private static final Pattern HOSTNAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    public BoundarySpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        mounts = List.copyOf(mounts);
        if (command.isEmpty() || command.getFirst().isEmpty()) {
            throw new IllegalArgumentException("no command");
        }
        if (command.size() > MAX_ENTRIES || environment.size() > MAX_ENTRIES || mounts.size() > MAX_ENTRIES) {
            throw new IllegalArgumentException("too many arguments, variables or mounts");
        }
        command.forEach(BoundarySpec::checkText);
        environment.forEach((name, value) -> {
            if (!VARIABLE.matcher(name).matches()) {
                throw new IllegalArgumentException("not the name of an environment variable: " + name);
            }
            checkText(value);
        });
        if (!workdir.isAbsolute() || !workdir.equals(workdir.normalize())) {
            throw new IllegalArgumentException("the working directory must be absolute and normalised");
        }
        if (!HOSTNAME.matcher(hostname).matches()) {
            throw new IllegalArgumentException("not a host name: " + hostname);
        }
        checkMounts(mounts);
    }

    /** A spec for {@code command} with nothing but the runtime: no network, default limits, work in the home directory. */
    public static Builder of(List<String> command) {
        return new Builder(command);
    }

    private static void checkText(String text) {
        if (text.indexOf('\0') >= 0 || text.length() > MAX_TEXT) {
            throw new IllegalArgumentException("an argument or variable holds NUL or is too long");
        }
    }

    private static void checkMounts(List<Mount> mounts) {
        Set<Path> seen = new LinkedHashSet<>();
        for (Mount mount : mounts) {
            if (mount.at().getNameCount() == 0) {
                throw new IllegalArgumentException("a mount may not take the place of the root");
            }
            if (!seen.add(mount.at())) {
                throw new IllegalArgumentException("two mounts at " + mount.at());
            }
        }
        for (Mount outer : mounts) {
            for (Mount inner : mounts) {
                if (!(outer instanceof Mount.Tmpfs)
                        && !inner.at().equals(outer.at())
                        && inner.at().startsWith(outer.at())) {
                    throw new IllegalArgumentException(inner.at() + " lies below the mount " + outer.at());
                }
            }
        }
    }

    /** Collects a {@link BoundarySpec}; not safe for use by several threads. */
    public static final class Builder {
        private final List<String> command;
        private final Map<String, String> environment = new TreeMap<>(ProcessBoundary.DEFAULT_ENVIRONMENT);
        private final List<Mount> mounts = new ArrayList<>();
        private Path workdir = ProcessBoundary.HOME;
        private Limits limits = Limits.DEFAULT;
        private Network network = new Network.None();
        private String hostname = "agent";
        private Demand demand = Demand.ANY;

        private Builder(List<String> command) {
            this.command = List.copyOf(command);
        }

        /** Adds a variable to {@link ProcessBoundary#DEFAULT_ENVIRONMENT}. */
        public Builder environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        public Builder mount(Mount mount) {
            mounts.add(mount);
            return this;
        }

        public Builder workdir(Path path) {
            workdir = path;
            return this;
        }

        public Builder limits(Limits value) {
            limits = value;
            return this;
        }

        public Builder network(Network value) {
            network = value;
            return this;
        }

        public Builder hostname(String value) {
            hostname = value;
            return this;
        }

        public Builder demand(Demand value) {
            demand = value;
            return this;
        }

        public BoundarySpec build() {
            return new BoundarySpec(command, environment, workdir, mounts, limits, network, hostname, demand);
        }
    }
}
