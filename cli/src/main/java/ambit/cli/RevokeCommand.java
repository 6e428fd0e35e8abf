package ambit.cli;

import ambit.authority.Revocation;
import ambit.authority.signing.Signed;
import ambit.cli.config.Config;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Link;
import ambit.cli.text.Terminal;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import ambit.wire.Cose;
import java.time.Instant;
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

    @Parameters(
            paramLabel = "ID",
            description =
                    "A grant as 'ambit grants' lists it (or how it begins), or the 16 or 32 bytes, in hex, of any block.")
    private String id = "";

    @Option(names = "--why", paramLabel = "TEXT", description = "The reason, for the log.")
    private String why = "";

    @Override
    public void run() {
        Terminal terminal = main.terminal();
        Project project = main.project();
        Config config = project.config(terminal);
        GrantDesk desk = new GrantDesk(project, config, terminal);
        boolean block = id.matches("[0-9a-f]{32}|[0-9a-f]{64}")
                && desk.book().all().stream().noneMatch(it -> it.id().equals(id));
        Blob target = block ? Blob.fromHex(id) : desk.book().find(id).grant().id();
        KernelDesk.ensure(project, config, main.environment(), terminal);
        Revocation revocation =
                new Revocation(config.tenant(), target, why, Instant.now().getEpochSecond());
        Blob signed = Signed.sign(Cose.Domain.REVOCATION, desk.keys().signing(KeyRing.TENANT), revocation.toBlob());
        switch (Link.ask(project.places(), new AdminToCore.Revoke(signed))) {
            case CoreToAdmin.Revoked(long epoch, long index) -> {
                if (!block) {
                    desk.book().markRevoked(desk.book().find(id), why);
                }
                terminal.say("ambit: revoked " + target.toHex() + ", epoch " + epoch + "  #" + index);
            }
            case CoreToAdmin.Denied(var code, String sentence) ->
                throw Failure.denied("the core did not revoke it: " + sentence + " (" + code + ")", "");
            case CoreToAdmin.CoreStatus _,
                    CoreToAdmin.Registered _,
                    CoreToAdmin.Stopped _,
                    CoreToAdmin.Checkpointed _ -> throw Failure.kernel("the core answered something else", "");
        }
    }
}
