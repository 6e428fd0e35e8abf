package ambit.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code ambit} command. */
@Command(
        name = "ambit",
        description = "A kernel for AI agents: what a transaction may not touch has no name there.",
        versionProvider = Main.Version.class,
        mixinStandardHelpOptions = true)
public final class Main implements Runnable {

    /** Exit code for a command line that makes no sense (EX_USAGE of sysexits). */
    static final int USAGE = 64;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main()).setParameterExceptionHandler(Main::misused);
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private static int misused(ParameterException error, String[] args) {
        CommandLine command = error.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("ambit: error: " + decapitalized(error.getMessage()));
        err.println("ambit: hint: '" + command.getCommandSpec().qualifiedName() + " --help' lists what there is");
        return USAGE;
    }

    private static String decapitalized(@Nullable String message) {
        if (message == null || message.isEmpty()) {
            return "this command line makes no sense";
        }
        return Character.toLowerCase(message.charAt(0)) + message.substring(1);
    }

    /** The version that the build wrote into the module's descriptor. */
    static final class Version implements IVersionProvider {

        private Version() {}

        @Override
        public String[] getVersion() {
            String version = Main.class.getModule().getDescriptor().rawVersion().orElse("unversioned");
            return new String[] {"ambit " + version};
        }
    }
}
