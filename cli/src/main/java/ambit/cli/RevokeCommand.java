package ambit.cli;

import ambit.audit.Descriptions;
import ambit.authority.Revocation;
import ambit.authority.signing.Signed;
import ambit.cli.config.Config;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Link;
import ambit.cli.supervisor.Witness;
import ambit.cli.text.Terminal;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import ambit.wire.Cose;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "revoke",
        description = "End a grant and everything below it. When this returns, nothing of it gets another permit.",
        mixinStandardHelpOptions = true)
final class RevokeCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @ArgGroup(exclusive = true, multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Which which;

    static final class Which {
        @Parameters(
                paramLabel = "ID",
                description =
                        "A grant as 'ambit grants' lists it (or how it begins), or the 16 or 32 bytes, in hex, of any block.")
        private String id = "";

        @Option(
                names = "--key-of",
                paramLabel = "PRINCIPAL",
                description = "The key of a principal: whatever it was or will be granted.")
        private String principal = "";

        @Option(names = "--all", description = "Every grant that was issued until now.")
        private boolean all;
    }

    @Option(names = "--why", paramLabel = "TEXT", description = "The reason, for the log.")
    private String why = "";

    /** What the revocation names, and the grants here that it ends. */
    private record Aim(Blob target, List<GrantBook.Entry> grants) {}

    @Override
    public void run() {
        Terminal terminal = main.terminal();
        Project project = main.project();
        Config config = project.config(terminal);
        GrantDesk desk = new GrantDesk(project, config, terminal);
        KernelDesk.ensure(project, config, main.environment(), terminal);
        Aim aim = aim(project, config, desk);
        Revocation revocation =
                new Revocation(config.tenant(), aim.target(), why, Instant.now().getEpochSecond());
        Blob signed = Signed.sign(Cose.Domain.REVOCATION, desk.keys().signing(KeyRing.TENANT), revocation.toBlob());
        switch (Link.ask(project.places(), new AdminToCore.Revoke(signed))) {
            case CoreToAdmin.Revoked(long epoch, long index) -> {
                aim.grants().forEach(grant -> desk.book().markRevoked(grant, why));
                remember(project, terminal);
                terminal.say(
                        "ambit: revoked " + Descriptions.target(aim.target()) + ", epoch " + epoch + "  #" + index);
            }
            case CoreToAdmin.Denied(var code, String sentence) ->
                throw Failure.denied("the core did not revoke it: " + sentence + " (" + code + ")", "");
            case CoreToAdmin.CoreStatus _,
                    CoreToAdmin.Registered _,
                    CoreToAdmin.Stopped _,
                    CoreToAdmin.Checkpointed _ -> throw Failure.kernel("the core answered something else", "");
        }
    }

    private Aim aim(Project project, Config config, GrantDesk desk) {
        List<GrantBook.Entry> grants = desk.book().all();
        if (which.all) {
            return new Aim(Revocation.before(KernelDesk.generation(project, config) + 1), grants);
        }
        if (!which.principal.isEmpty()) {
            Blob key = desk.keys().publicKey(which.principal);
            return new Aim(
                    key,
                    grants.stream()
                            .filter(it -> it.grant().holder().equals(key))
                            .toList());
        }
        boolean block = which.id.matches("[0-9a-f]{32}|[0-9a-f]{64}")
                && grants.stream().noneMatch(it -> it.id().equals(which.id));
        if (block) {
            return new Aim(Blob.fromHex(which.id), List.of());
        }
        GrantBook.Entry found = desk.book().find(which.id);
        return new Aim(found.grant().id(), List.of(found));
    }

    /** So that a copy of the state from before the revocation is noticed. */
    private void remember(Project project, Terminal terminal) {
        try {
            Witness.of(project.places(), main.environment()).look(project.places());
        } catch (IOException e) {
            terminal.say("ambit: warning: no checkpoint was kept outside the state: " + e.getMessage());
        }
    }
}
