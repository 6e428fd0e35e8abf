package ambit.cli;

import ambit.audit.LogVerifier;
import ambit.authority.Forgetting;
import ambit.authority.signing.Signed;
import ambit.cli.config.Config;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Link;
import ambit.cli.text.Terminal;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import ambit.wire.Cose;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "forget",
        description =
                "Destroy memory for ever, with the keys that it is encrypted with: what a transaction left for others to "
                        + "inherit and the bodies of its calls, or all memory of a principal or of the tenant. "
                        + "Needs the tenant's key; the log has the receipt.",
        mixinStandardHelpOptions = true)
final class MemoryForgetCommand implements Callable<Integer> {

    /** One of the three. */
    static final class Which {
        @Parameters(paramLabel = "TXN", description = "A transaction and its children.")
        private String transaction = "";

        @Option(
                names = "--principal",
                paramLabel = "P",
                description = "All memory of a principal: a name, or a key in hex.")
        private String principal = "";

        @Option(names = "--tenant", description = "All memory of the tenant.")
        private boolean tenant;
    }

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private MemoryCommand memory;

    @ArgGroup(exclusive = true, multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Which which;

    @Option(names = "--why", paramLabel = "TEXT", description = "The reason, for the log.")
    private String why = "";

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    /** @param words what is destroyed, for the question and the answer */
    private record Aim(Blob principal, String transaction, String words) {}

    @Override
    public Integer call() {
        Main main = memory.main();
        Terminal terminal = main.terminal();
        Project project = main.project();
        Config config = project.config(terminal);
        KeyRing keys = main.keys(project);
        Aim aim = aim(project, keys, config);
        if (!yes && !MemoryUndoCommand.agreed("destroy " + aim.words() + " for ever", terminal)) {
            terminal.say("ambit: nothing is destroyed");
            return ExitCode.AGENT_FAILED;
        }
        KernelDesk.ensure(project, config, main.environment(), terminal);
        Forgetting word = new Forgetting(
                config.tenant(),
                aim.principal(),
                aim.transaction(),
                why,
                Instant.now().getEpochSecond());
        Blob signed = Signed.sign(Cose.Domain.FORGETTING, keys.signing(KeyRing.TENANT), word.toBlob());
        CoreToAdmin.Forgotten forgotten = forgotten(Link.ask(project.places(), new AdminToCore.Forget(signed)));
        terminal.say("ambit: destroyed " + aim.words() + ": "
                + Sentences.count(forgotten.partitions(), "partition", "partitions") + ", "
                + Sentences.count(forgotten.entries(), "entry", "entries") + ", "
                + Sentences.count(forgotten.bodies(), "body", "bodies") + "  #" + forgotten.logIndex());
        return ExitCode.OK;
    }

    private static CoreToAdmin.Forgotten forgotten(CoreToAdmin answer) {
        return switch (answer) {
            case CoreToAdmin.Forgotten it -> it;
            case CoreToAdmin.Denied(var code, String sentence) ->
                throw Failure.denied("the core did not destroy it: " + sentence + " (" + code + ")", "");
            case CoreToAdmin.CoreStatus _,
                    CoreToAdmin.Registered _,
                    CoreToAdmin.Revoked _,
                    CoreToAdmin.Stopped _,
                    CoreToAdmin.Checkpointed _,
                    CoreToAdmin.Asked _,
                    CoreToAdmin.Answered _,
                    CoreToAdmin.BodyKey _,
                    CoreToAdmin.Rotated _ -> throw Failure.kernel("the core answered something else", "");
        };
    }

    private Aim aim(Project project, KeyRing keys, Config config) {
        if (which.tenant) {
            return new Aim(Blob.EMPTY, "", "all memory of the tenant " + config.tenant());
        }
        if (!which.principal.isEmpty()) {
            Blob key = which.principal.matches("[0-9a-f]{64}")
                    ? Blob.fromHex(which.principal)
                    : keys.publicKey(which.principal);
            return new Aim(key, "", "all memory of " + which.principal);
        }
        MappedMemory.Reader reader = new MappedMemory.Reader();
        if (LogVerifier.read(
                        project.places().log(),
                        Optional.empty(),
                        LogCommand.coreKey(project),
                        (_, entry) -> reader.take(entry))
                instanceof LogVerifier.Broken(String sentence)) {
            throw LogCommand.broken(sentence);
        }
        MappedMemory map = reader.map(which.transaction);
        return new Aim(map.principal(), map.transaction(), "what transaction " + map.transaction() + " left");
    }
}
