package ambit.cli;

import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.text.Terminal;
import java.io.PrintWriter;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code ambit} command. */
@Command(
        name = "ambit",
        description = "A kernel for AI agents: what a transaction may not touch has no name there.",
        versionProvider = Main.Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            InitCommand.class,
            CheckCommand.class,
            RunCommand.class,
            LogCommand.class,
            WitnessCommand.class,
            WhyCommand.class,
            MemoryCommand.class,
            ProofCommand.class,
            GrantCommand.class,
            GrantsCommand.class,
            RevokeCommand.class,
            KeysCommand.class,
            ApprovalsCommand.class,
            ApproveCommand.class,
            RefuseCommand.class,
            StopCommand.class,
            UpCommand.class,
            DownCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            StatusCommand.class,
            DoctorCommand.class,
            BoundaryCommand.class,
            InspectCommand.class,
            VersionCommand.class,
            CompletionCommand.class,
            SuperviseCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; the agent succeeded",
            "1:the agent failed, was killed or ran out of time; the log does not verify",
            "2:the command line, ambit.yaml or the state directory is not as it should be",
            "3:the transaction was denied at admission",
            "4:the agent's boundary could not be set up as demanded",
            "5:the kernel is not there, or failed",
            "130:interrupted"
        })
public final class Main implements Runnable {

    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Option(
            names = {"-C", "--directory"},
            paramLabel = "DIR",
            description = "Where ambit.yaml is, or is above; the working directory otherwise.")
    private Path directory = Path.of("");

    private Main(Map<String, String> environment) {
        this.environment = environment;
    }

    public static void main(String[] args) {
        System.exit(commandLine(System.getenv()).execute(args));
    }

    static CommandLine commandLine(Map<String, String> environment) {
        CommandLine line = new CommandLine(new Main(environment))
                .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler(Main::misused)
                .setExecutionExceptionHandler((error, command, _) -> failed(error, command, environment));
        line.getHelpSectionMap().remove(CommandLine.Model.UsageMessageSpec.SECTION_KEY_FOOTER_HEADING);
        return line;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    Terminal terminal() {
        CommandLine line = spec.commandLine();
        return new Terminal(line.getOut(), line.getErr(), Terminal.wantsColours(environment));
    }

    Map<String, String> environment() {
        return environment;
    }

    /** The project that the working directory, or the one that -C names, is in. */
    Project project() {
        return Project.find(directory, environment);
    }

    /** The same for a command that can do without. */
    Optional<Project> projectIfAny() {
        return Project.findIfAny(directory, environment);
    }

    /** The keys of a project. */
    KeyRing keys(Project project) {
        return new KeyRing(project.places().keys(), new Passphrases(environment));
    }

    /** The directory itself, for a command that makes a project of it. */
    Path directory() {
        return directory.toAbsolutePath().normalize();
    }

    private static int misused(ParameterException error, String[] args) {
        CommandLine command = error.getCommandLine();
        Terminal terminal = new Terminal(command.getOut(), command.getErr(), false);
        String name = command.getCommandSpec().qualifiedName();
        String message = String.valueOf(error.getMessage()).lines().findFirst().orElse("");
        terminal.error(decapitalized(message), suggestion(error, "'" + name + " --help' lists what there is"));
        return ExitCode.USAGE;
    }

    private static String suggestion(ParameterException error, String otherwise) {
        List<String> suggestions =
                error instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        return suggestions.isEmpty() ? otherwise : "did you mean '" + suggestions.getFirst() + "'?";
    }

    private static int failed(Exception error, CommandLine command, Map<String, String> environment) {
        Terminal terminal = new Terminal(command.getOut(), command.getErr(), Terminal.wantsColours(environment));
        boolean debug = environment.getOrDefault("AMBIT_DEBUG", "").equals("1");
        if (debug) {
            error.printStackTrace(command.getErr());
        }
        if (error instanceof Failure failure) {
            if (!String.valueOf(failure.getMessage()).isEmpty()) {
                terminal.error(String.valueOf(failure.getMessage()), failure.hint());
            }
            return failure.exitCode();
        }
        terminal.error(
                "this should not have happened: " + Terminal.plain(String.valueOf(error)),
                debug ? "" : "AMBIT_DEBUG=1 shows where");
        return ExitCode.KERNEL;
    }

    private static String decapitalized(String message) {
        return message.isEmpty() ? message : Character.toLowerCase(message.charAt(0)) + message.substring(1);
    }

    /** The script that completes this command in bash and zsh. */
    String completion() {
        return AutoComplete.bash("ambit", spec.root().commandLine());
    }

    /** The version that the build wrote into the module's descriptor. */
    static String version() {
        return Optional.ofNullable(Main.class.getModule().getDescriptor())
                .flatMap(ModuleDescriptor::rawVersion)
                .orElse("unversioned");
    }

    static final class Version implements IVersionProvider {

        private Version() {}

        @Override
        public String[] getVersion() {
            return new String[] {"ambit " + version()};
        }
    }
}
