package ambit.cli;

import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Places;
import ambit.cli.text.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "init",
        description = "Make keys for a tenant and its principals, and an ambit.yaml to start from. Overwrites nothing; "
                + "in a project that is there already, --principal adds keys.",
        mixinStandardHelpOptions = true)
final class InitCommand implements Runnable {

    private static final String NAME = "[a-z][a-z0-9-]{0,31}";

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Option(
            names = "--principal",
            paramLabel = "NAME",
            description = "A principal; alice where none is named. May be repeated.")
    private List<String> principals = new ArrayList<>();

    @Option(names = "--tenant", paramLabel = "NAME", description = "The tenant's name; acme otherwise.")
    private String tenant = "acme";

    @Option(names = "--passphrase", description = "Seal each secret key by a passphrase, which is asked for.")
    private boolean passphrase;

    @Override
    public void run() {
        Project project = Project.in(main.directory(), main.environment());
        project.places().requireWhole();
        KeyRing keys = main.keys(project);
        names();
        boolean another = Files.exists(project.file()) || keys.has(KeyRing.TENANT);
        if (another && principals.isEmpty()) {
            throw Failure.usage(
                    Files.exists(project.file())
                            ? project.file() + " is there already"
                            : "there are keys in " + project.places().keys() + " already",
                    "nothing was changed; 'ambit init --principal NAME' makes keys of a principal,"
                            + " and of the tenant where it has none");
        }
        try {
            if (another) {
                addPrincipals(keys, project);
            } else {
                principals = principals.isEmpty() ? List.of("alice") : principals;
                make(project, keys);
            }
        } catch (IOException e) {
            throw Failure.usage("cannot write in " + project.directory() + ": " + e.getMessage(), "")
                    .because(e);
        }
    }

    private void names() {
        List<String> all = new ArrayList<>(principals);
        all.add(tenant);
        for (String name : all) {
            if (!name.matches(NAME)) {
                throw Failure.usage(
                        "'" + name + "' cannot be a name", "a-z, 0-9 and -, beginning with a letter, at most 32");
            }
        }
        if (principals.contains(KeyRing.TENANT) || principals.contains(KeysCommand.CORE)) {
            throw Failure.usage(
                    "a principal can be called neither 'tenant' nor 'core'",
                    "these are the tenant's and the core's own keys");
        }
    }

    private void addPrincipals(KeyRing keys, Project project) throws IOException {
        for (String name : principals) {
            if (keys.has(name)) {
                throw Failure.usage(name + " has keys already", "nothing was changed");
            }
        }
        Places.makePrivate(project.places().state());
        Places.makePrivate(project.places().keys());
        if (!keys.has(KeyRing.TENANT)) {
            // A project that was cloned has its ambit.yaml and nobody's keys.
            keys.make(KeyRing.TENANT, passphrase);
            main.terminal().say("ambit: made " + project.places().keys().resolve("tenant.key") + "; it signs grants");
        }
        for (String name : principals) {
            keys.make(name, passphrase);
            main.terminal()
                    .say("ambit: made " + project.places().keys().resolve(name + ".key") + "; add '" + name
                            + "' below 'principals' in ambit.yaml");
        }
    }

    private void make(Project project, KeyRing keys) throws IOException {
        Terminal terminal = main.terminal();
        Places places = project.places();
        Places.makePrivate(places.state());
        Places.makePrivate(places.keys());
        keys.make(KeyRing.TENANT, passphrase);
        for (String name : principals) {
            keys.make(name, passphrase);
        }
        Path schema = places.state().resolve("ambit.schema.json");
        try (InputStream in = resource("ambit.schema.json")) {
            Files.copy(in, schema, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.writeString(project.file(), template(project, schema), StandardOpenOption.CREATE_NEW);
        boolean ignored = ignoreState(project);
        terminal.say("ambit: made " + project.file().getFileName() + ", and keys in " + places.keys());
        terminal.say("  tenant.key signs grants; whoever has it decides what may be done here");
        terminal.say("  " + principals.getFirst() + ".key signs the requests of " + principals.getFirst());
        if (ignored) {
            terminal.say("  .gitignore keeps .ambit/ out of the repository");
        }
        terminal.hint("ambit check; then ambit run shell");
    }

    private String template(Project project, Path schema) throws IOException {
        boolean examples = Files.isDirectory(project.directory().resolve("examples/notes"));
        try (InputStream in = resource(examples ? "examples.yaml" : "template.yaml")) {
            String agents = examples ? "[notes, shell]" : "[shell]";
            String people = String.join(
                    "\n",
                    principals.stream()
                            .map(name -> "  " + name + ": {may-run: " + agents + "}")
                            .toList());
            Path shown =
                    schema.startsWith(project.directory()) ? project.directory().relativize(schema) : schema;
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("@schema@", shown.toString())
                    .replace("@tenant@", tenant)
                    .replace("@principals@", people);
        }
    }

    private static InputStream resource(String name) throws IOException {
        InputStream in = InitCommand.class.getResourceAsStream(name);
        if (in == null) {
            throw new IOException("the command was built without " + name);
        }
        return in;
    }

    /** Keys do not belong into a repository. */
    private static boolean ignoreState(Project project) throws IOException {
        boolean inside = project.places()
                .state()
                .equals(Places.of(project.directory().resolve(".ambit"), java.util.Map.of())
                        .state());
        if (!inside) {
            return false;
        }
        Path file = project.directory().resolve(".gitignore");
        String before = Files.exists(file) ? Files.readString(file) : "";
        if (before.lines().anyMatch(line -> line.matches("/?\\.ambit/?"))) {
            return false;
        }
        String separator = before.isEmpty() || before.endsWith("\n") ? "" : "\n";
        Files.writeString(file, before + separator + ".ambit/\n");
        return true;
    }
}
