package ambit.cli;

import ambit.authority.Revocation;
import ambit.cli.config.Agent;
import ambit.cli.config.Config;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Kernel;
import ambit.cli.supervisor.KernelPlan;
import ambit.cli.supervisor.Link;
import ambit.cli.text.Terminal;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Has the kernel up and knowing its tenant, for commands that need it. */
final class KernelDesk {

    private KernelDesk() {}

    /** For a command about one agent: what that agent needs must be on this machine. */
    static KernelPlan ensure(
            Project project, Config config, Agent agent, Map<String, String> environment, Terminal terminal) {
        HostCheck.of(project, config, agent, environment).throwIfBroken(terminal);
        return ensure(project, config, environment, terminal);
    }

    /** For a command about no agent: what is missing on this machine is missing to the agents that need it. */
    static KernelPlan ensure(Project project, Config config, Map<String, String> environment, Terminal terminal) {
        KernelPlan plan = KernelPlan.of(config, project.directory());
        Kernel kernel = new Kernel(project.places(), environment);
        if (kernel.ensure(plan, project.directory())) {
            terminal.say("ambit: started the kernel ('ambit down' stops it)");
        } else {
            UpCommand.warnOfChangedCredentials(kernel, terminal);
        }
        WitnessAlarms.show(project, terminal);
        long generation = generation(project, config);
        if (Files.exists(project.places().restored())) {
            revokeAll(project, config, generation, environment, terminal);
        }
        return plan;
    }

    /** After a restore that lost entries, nobody knows what was spent and revoked in them: no grant from before counts any more. */
    private static void revokeAll(
            Project project, Config config, long generation, Map<String, String> environment, Terminal terminal) {
        Path restored = project.places().restored();
        try {
            String why = Files.readString(restored);
            KeyRing keys = new KeyRing(project.places().keys(), new Passphrases(environment));
            CoreToAdmin.Revoked revoked = new RevocationDesk(project, keys, environment, terminal)
                    .revoke(config.tenant(), Revocation.before(generation + 1), why);
            GrantBook book = new GrantDesk(project, config, keys, environment, terminal).book();
            book.all().forEach(it -> book.markRevoked(it, why));
            Files.delete(restored);
            terminal.say("ambit: " + why + ". Every grant is revoked  #" + revoked.logIndex());
        } catch (IOException e) {
            throw Failure.kernel("cannot read or remove " + restored, "see who owns it")
                    .because(e);
        }
    }

    /** Has the core know the tenant, and answers which generation grants are of that are issued now. The kernel must be up. */
    static long generation(Project project, Config config) {
        Blob root = new KeyRing(project.places().keys()).publicKey(KeyRing.TENANT);
        return switch (Link.ask(project.places(), new AdminToCore.Register(config.tenant(), root))) {
            case CoreToAdmin.Registered registered -> registered.generation();
            case CoreToAdmin.Denied(var code, String sentence) ->
                throw Failure.kernel(
                        "the core does not take tenant '" + config.tenant() + "': " + sentence + " (" + code + ")",
                        "the state in " + project.places().state() + " began with another tenant name or key");
            case CoreToAdmin.CoreStatus _,
                    CoreToAdmin.Revoked _,
                    CoreToAdmin.Stopped _,
                    CoreToAdmin.Checkpointed _,
                    CoreToAdmin.Asked _,
                    CoreToAdmin.Answered _,
                    CoreToAdmin.BodyKey _,
                    CoreToAdmin.Forgotten _,
                    CoreToAdmin.Rotated _ -> throw Failure.kernel("the core answered something else", "");
        };
    }
}
