package ambit.cli;

import ambit.authority.Revocation;
import ambit.authority.signing.Signed;
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
import java.util.Map;

/** Has the core revoke what the tenant's key says. The kernel must be up. */
final class RevocationDesk {

    private final Project project;
    private final KeyRing keys;
    private final Map<String, String> environment;
    private final Terminal terminal;

    RevocationDesk(Project project, KeyRing keys, Map<String, String> environment, Terminal terminal) {
        this.project = project;
        this.keys = keys;
        this.environment = environment;
        this.terminal = terminal;
    }

    /** From the answer on, nothing at or below the target gets another permit. */
    CoreToAdmin.Revoked revoke(String tenant, Blob target, String why) {
        Revocation revocation =
                new Revocation(tenant, target, why, Instant.now().getEpochSecond());
        Blob signed = Signed.sign(Cose.Domain.REVOCATION, keys.signing(KeyRing.TENANT), revocation.toBlob());
        return switch (Link.ask(project.places(), new AdminToCore.Revoke(signed))) {
            case CoreToAdmin.Revoked revoked -> {
                remember();
                yield revoked;
            }
            case CoreToAdmin.Denied(var code, String sentence) ->
                throw Failure.denied("the core did not revoke it: " + sentence + " (" + code + ")", "");
            case CoreToAdmin.CoreStatus _,
                    CoreToAdmin.Registered _,
                    CoreToAdmin.Stopped _,
                    CoreToAdmin.Checkpointed _,
                    CoreToAdmin.Asked _,
                    CoreToAdmin.Answered _,
                    CoreToAdmin.BodyKey _,
                    CoreToAdmin.Forgotten _,
                    CoreToAdmin.Rotated _ -> throw Failure.kernel("the core answered something else", "");
        };
    }

    /** So that a copy of the state from before the revocation is noticed. */
    private void remember() {
        try {
            Witness.of(project.places(), environment).look(project.places());
        } catch (IOException e) {
            terminal.say("ambit: warning: no checkpoint was kept outside the state: " + e.getMessage());
        }
    }
}
