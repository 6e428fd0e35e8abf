package ambit.cli.supervisor;

import ambit.cli.config.Agent;
import ambit.cli.config.Bodies;
import ambit.cli.config.Config;
import ambit.cli.config.Credential;
import ambit.cli.config.Mount;
import ambit.cli.config.Shipping;
import ambit.cli.config.Tool;
import ambit.cli.config.Witnesses;
import ambit.cli.outcome.Failure;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a kernel is started with, as far as {@code ambit.yaml} decides it: what guests and tools can be given to see, and the
 * tools with the places of their credentials.
 *
 * @param guestView host paths that the broker sees, read-only, at {@code /view/0}, {@code /view/1}, …
 * @param toolView host paths that the drivers see likewise, and whether they may write there
 * @param tools as the drivers want them described
 * @param bodies which bodies of calls are kept, as the drivers want it described
 * @param memory where memory is kept, as the drivers want it described
 * @param variables environment variables that hold credentials
 * @param files host files that hold credentials
 * @param shipping where the log's events go besides the log
 * @param witnesses who cosigns its checkpoints
 */
public record KernelPlan(
        List<Path> guestView,
        SortedMap<Path, Boolean> toolView,
        List<Cbor> tools,
        Cbor bodies,
        Cbor memory,
        SortedSet<String> variables,
        List<Path> files,
        List<Shipping> shipping,
        Optional<Witnesses> witnesses) {

    private static final String VIEW = "/view/";
    private static final String SECRETS = "/secrets/";
    private static final long CONNECT_MS = 10_000;
    private static final long MAX_RESULT = 16L << 20;

    /**
     * The plan for {@code config}, whose relative paths start at {@code directory}. A path that is not there, and a tool that needs one,
     * is no part of it: when it is there, the plan is another one.
     */
    public static KernelPlan of(Config config, Path directory) {
        NavigableSet<Path> guestView = new TreeSet<>();
        for (Agent agent : config.agents().values()) {
            agent.sees().stream()
                    .map(mount -> host(directory, mount))
                    .filter(Files::exists)
                    .forEach(guestView::add);
        }
        SortedMap<Path, Boolean> toolView = new TreeMap<>();
        SortedSet<String> variables = new TreeSet<>();
        Set<Path> files = new LinkedHashSet<>();
        List<Tool> present = config.tools().values().stream()
                .filter(tool -> isPresent(tool, directory))
                .toList();
        for (Tool tool : present) {
            if (tool instanceof Tool.LocalMcp local) {
                local.sees().forEach(mount -> toolView.merge(host(directory, mount), false, Boolean::logicalOr));
                local.writes().forEach(mount -> toolView.put(host(directory, mount), true));
            }
        }
        Stream.concat(
                        present.stream().flatMap(tool -> tool.credential().stream()),
                        config.store().stream().flatMap(store -> store.credential().stream()))
                .forEach(credential -> {
                    switch (credential) {
                        case Credential.Variable(String name) -> variables.add(name);
                        case Credential.File(String path) -> files.add(resolve(directory, path));
                    }
                });
        List<Path> secrets = List.copyOf(files);
        List<Path> toolPaths = List.copyOf(toolView.keySet());
        List<Cbor> tools = new ArrayList<>();
        for (Tool tool : present) {
            tools.add(describe(tool, directory, toolPaths, secrets));
        }
        return new KernelPlan(
                List.copyOf(guestView),
                toolView,
                tools,
                bodies(config),
                memory(config, directory, secrets),
                variables,
                secrets,
                config.shipping(),
                config.witnesses());
    }

    /** What is kept, for how long, how much, and what is redacted before; then what agents and tools say for themselves. */
    private static Cbor bodies(Config config) {
        SortedMap<String, Long> agents = new TreeMap<>();
        config.agents().forEach((name, agent) -> agent.keepBodies().ifPresent(kept -> agents.put(name, number(kept))));
        SortedMap<String, Long> tools = new TreeMap<>();
        config.tools().forEach((name, tool) -> tool.keepBodies().ifPresent(kept -> tools.put(name, number(kept))));
        return config.bodies()
                .map(it -> Cbor.array(
                        number(it.keep()),
                        it.retention().toMillis(),
                        it.atMost(),
                        it.redact(),
                        it.patterns(),
                        agents,
                        tools))
                .orElseGet(() -> Cbor.array(0, 0, 0, List.of(), Map.of(), Map.of(), Map.of()));
    }

    /** Address, user and credential of a database; all empty for the kernel's own file. */
    private static Cbor memory(Config config, Path directory, List<Path> secrets) {
        return config.store()
                .map(store -> Cbor.array(
                        store.at(),
                        store.user().orElse(""),
                        store.credential()
                                .map(place -> reference(place, directory, secrets))
                                .orElse("")))
                .orElseGet(() -> Cbor.array("", "", ""));
    }

    private static long number(Set<Bodies.Kept> kept) {
        return kept.stream().mapToLong(Bodies.Kept::number).sum();
    }

    /** Environment variables that hold credentials for shipping; no process but the one that ships gets them. */
    Set<String> shippingVariables() {
        return shipping.stream()
                .flatMap(it -> it.credential().stream())
                .flatMap(it -> it instanceof Credential.Variable(String name) ? Stream.of(name) : Stream.empty())
                .collect(Collectors.toSet());
    }

    private static boolean isPresent(Tool tool, Path directory) {
        return switch (tool) {
            case Tool.Model _, Tool.RemoteMcp _, Tool.Http _, Tool.BuiltIn _, Tool.Embeddings _ -> true;
            case Tool.LocalMcp local ->
                Stream.concat(local.sees().stream(), local.writes().stream())
                        .allMatch(mount -> Files.exists(host(directory, mount)));
        };
    }

    /** Where on this machine a mount's content is. Links are followed, so that what is bound is what was checked. */
    public static Path host(Path directory, Mount mount) {
        return resolve(directory, mount.host());
    }

    /** A path of {@code ambit.yaml}; where nothing is, the path as it was meant. */
    public static Path resolve(Path directory, String path) {
        Path meant = directory.resolve(path).toAbsolutePath().normalize();
        try {
            return meant.toRealPath();
        } catch (IOException e) {
            return meant;
        }
    }

    /** Where the broker and the drivers see their {@code index}th path. */
    static Path viewPath(int index) {
        return Path.of(VIEW + index);
    }

    /** Where the drivers see their {@code index}th credential file. */
    static Path secretPath(int index) {
        return Path.of(SECRETS + index);
    }

    /** The number that an agent's mount has in the broker's view. */
    public int guestIndex(Path host) {
        int index = guestView.indexOf(host);
        if (index < 0) {
            throw new IllegalArgumentException(host + " is not in view");
        }
        return index;
    }

    private static Cbor describe(Tool tool, Path directory, List<Path> view, List<Path> secrets) {
        Optional<String> credential = tool.credential().map(place -> reference(place, directory, secrets));
        Cbor limits = limits(tool.timeOut());
        return switch (tool) {
            case Tool.Model model ->
                Cbor.array(
                        1,
                        model.name(),
                        model.address().toString(),
                        credential.orElse(""),
                        limits,
                        model.tenantCache(),
                        model.passes().stream().sorted().toList());
            case Tool.RemoteMcp remote ->
                Cbor.array(2, remote.name(), remote.address().toString(), credential.orElse(""), limits);
            case Tool.LocalMcp local -> {
                Map<String, String> named = new LinkedHashMap<>();
                local.credentialAs().ifPresent(variable -> named.put(variable, credential.orElseThrow()));
                List<Cbor> files = new ArrayList<>();
                local.sees().forEach(mount -> files.add(file(mount, directory, view, false)));
                local.writes().forEach(mount -> files.add(file(mount, directory, view, true)));
                yield Cbor.array(3, local.name(), local.run(), local.with(), named, files, local.network(), limits);
            }
            case Tool.Http it ->
                Cbor.array(
                        5,
                        it.name(),
                        it.address().toString(),
                        credential.orElse(""),
                        it.sendsAs(),
                        it.place(),
                        it.methods().stream().sorted().toList(),
                        it.headers().stream().sorted().toList(),
                        it.inner(),
                        limits);
            case Tool.Embeddings it ->
                Cbor.array(
                        4,
                        it.name(),
                        it.address().toString(),
                        it.model(),
                        it.dimensions(),
                        credential.orElse(""),
                        limits);
            case Tool.BuiltIn builtIn -> throw new IllegalArgumentException(builtIn.name() + " needs no description");
        };
    }

    /** A credential's place as the drivers see it. */
    private static String reference(Credential credential, Path directory, List<Path> secrets) {
        return switch (credential) {
            case Credential.Variable variable -> variable.toString();
            case Credential.File(String path) -> "file:" + secretPath(secrets.indexOf(resolve(directory, path)));
        };
    }

    private static Cbor file(Mount mount, Path directory, List<Path> view, boolean writable) {
        String source = viewPath(view.indexOf(host(directory, mount))).toString();
        return Cbor.array(source, mount.guest(), writable);
    }

    /** Connect, first byte, silence, all of it, bytes. */
    private static Cbor limits(Duration timeOut) {
        long all = timeOut.toMillis();
        return Cbor.array(Math.min(CONNECT_MS, all), all, all, all, MAX_RESULT);
    }

    /** One value for all that would make a running kernel out of date: this plan, and the jars it runs from. */
    public String digest(Distribution distribution) {
        List<Cbor> writable = toolView.entrySet().stream()
                .map(entry -> Cbor.array(entry.getKey().toString(), entry.getValue()))
                .toList();
        Cbor all = Cbor.array(
                guestView.stream().map(Path::toString).toList(),
                writable,
                tools,
                bodies,
                memory,
                List.copyOf(variables),
                files.stream().map(KernelPlan::version).toList(),
                shipping.stream().map(Shipping::toString).toList(),
                witnesses.map(KernelPlan::words).orElse(List.of()),
                distribution.version());
        return Blob.of(Cbor.encode(all)).sha256().toHex();
    }

    private static List<String> words(Witnesses witnesses) {
        Stream<String> all = witnesses.ask().stream()
                .flatMap(it -> Stream.concat(
                        Stream.of(it.at().toString()), it.keys().stream().map(VerifierKey::toLine)));
        return Stream.concat(Stream.of(witnesses.need() + " every " + witnesses.every()), all)
                .toList();
    }

    private static String version(Path file) {
        try {
            return file + "@" + Files.getLastModifiedTime(file).toMillis();
        } catch (IOException e) {
            return file + "@";
        }
    }

    /** Refuses to go on while a path is missing, or would show the kernel's own state. */
    public void requirePaths(Path state) {
        for (Path path :
                Stream.concat(guestView.stream(), toolView.keySet().stream()).toList()) {
            if (!Files.exists(path)) {
                throw Failure.usage(path + " does not exist", "'ambit check' says which line of ambit.yaml names it");
            }
            if (state.startsWith(path) || path.startsWith(state)) {
                throw Failure.usage(
                        path + " would show the kernel's own keys and log",
                        "name a directory that does not hold " + state + ", or move the state with AMBIT_STATE");
            }
        }
    }
}
