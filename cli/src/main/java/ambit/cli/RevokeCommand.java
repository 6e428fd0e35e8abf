package ambit.cli;

import ambit.audit.Descriptions;
import ambit.authority.Revocation;
import ambit.cli.config.Config;
import ambit.cli.text.Terminal;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
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
        GrantDesk desk = new GrantDesk(project, config, main.keys(project), main.environment(), terminal);
        KernelDesk.ensure(project, config, main.environment(), terminal);
        Aim aim = aim(project, config, desk);
        CoreToAdmin.Revoked revoked = new RevocationDesk(project, desk.keys(), main.environment(), terminal)
                .revoke(config.tenant(), aim.target(), why);
        aim.grants().forEach(grant -> desk.book().markRevoked(grant, why));
        terminal.say("ambit: revoked " + Descriptions.target(aim.target()) + ", epoch " + revoked.epoch() + "  #"
                + revoked.logIndex());
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
}
