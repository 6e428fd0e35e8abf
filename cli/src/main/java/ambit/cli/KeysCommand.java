package ambit.cli;

import ambit.audit.LogVerifier;
import ambit.authority.Endorsement;
import ambit.authority.keyfile.PublicKeyFile;
import ambit.authority.signing.PublicKeys;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.cli.config.Config;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Kernel;
import ambit.cli.supervisor.Link;
import ambit.cli.text.Terminal;
import ambit.log.entry.Entry;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import ambit.wire.Cose;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "keys",
        description = "List the keys of this project, seal them by a passphrase, exchange them for new ones.",
        mixinStandardHelpOptions = true,
        subcommands = {
            KeysCommand.Protect.class,
            KeysCommand.Unprotect.class,
            KeysCommand.Rotate.class,
            KeysCommand.Retire.class
        })
final class KeysCommand implements Runnable {

    /** What the core's own key is called. */
    static final String CORE = "core";

    private static final String WHOSE = "'tenant', or a principal.";

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Override
    public void run() {
        Terminal terminal = main.terminal();
        Project project = main.project();
        KeyRing keys = main.keys(project);
        for (Map.Entry<String, Blob> key : keys.all().entrySet()) {
            terminal.result("%-12s %s  %s"
                    .formatted(key.getKey(), PublicKeys.toLine(key.getValue()), state(keys, key.getKey())));
        }
        if (Files.isReadable(project.places().coreKey())) {
            try {
                Blob core = PublicKeyFile.read(project.places().coreKey());
                terminal.result("%-12s %s  signs the log, permits and proofs".formatted(CORE, PublicKeys.toLine(core)));
            } catch (IOException e) {
                throw Failure.usage("cannot read " + project.places().coreKey(), "")
                        .because(e);
            }
            strangers(project, keys, terminal);
        }
    }

    /** Root keys that the core honours and this key ring does not have: somebody else signs grants with them. */
    private static void strangers(Project project, KeyRing keys, Terminal terminal) {
        Map<Blob, String> honoured = new LinkedHashMap<>();
        LogVerifier.Result result =
                LogVerifier.read(project.places().log(), LogCommand.coreKey(project), (index, entry) -> {
                    switch (entry) {
                        case Entry.TenantRegistered it -> honoured.put(it.rootKey(), it.tenant() + ", #" + index);
                        case Entry.TenantKeyAdded it -> honoured.put(it.rootKey(), it.tenant() + ", #" + index);
                        case Entry.Revoked it -> honoured.remove(it.target());
                        default -> {}
                    }
                });
        if (result instanceof LogVerifier.Broken(String sentence)) {
            throw Failure.kernel("the log is not intact: " + sentence, "'ambit log verify' says the same");
        }
        honoured.forEach((key, where) -> {
            if (keys.nameOf(key).isEmpty()) {
                terminal.warn(
                        "the core honours a root key that is not here: " + PublicKeys.toLine(key) + " (" + where + ")",
                        "'ambit revoke " + key.toHex()
                                + "' ends it, if it is this tenant's and nobody is to sign with it");
            }
        });
    }

    private static String state(KeyRing keys, String name) {
        if (keys.isRetired(name)) {
            return "retired";
        }
        String former = name.contains(".") ? "former, " : "";
        return former
                + (!keys.canSign(name)
                        ? "public half only"
                        : keys.isSealed(name) ? "sealed by a passphrase" : "in the clear");
    }

    /** The key ring, if it has this key and its secret half. */
    private static KeyRing ringWith(Main main, String name) {
        KeyRing keys = main.keys(main.project());
        if (!keys.has(name) || !keys.canSign(name)) {
            throw Failure.usage("there is no secret key of '" + name + "' here", "'ambit keys' lists what there is");
        }
        return keys;
    }

    @Command(
            name = "protect",
            description = "Seal a secret key by a passphrase: whoever reads the file cannot sign with it.",
            mixinStandardHelpOptions = true)
    static final class Protect implements Runnable {

        @ParentCommand
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private KeysCommand parent;

        @Parameters(paramLabel = "NAME", description = WHOSE)
        private String name = "";

        @Override
        public void run() {
            KeyRing keys = ringWith(parent.main, name);
            if (keys.isSealed(name)) {
                throw Failure.usage(
                        name + ".key is sealed by a passphrase already", "'ambit keys unprotect " + name + "' first");
            }
            keys.protect(name, true);
            parent.main
                    .terminal()
                    .say("ambit: " + name + ".key is sealed; without its passphrase nobody signs with it again");
        }
    }

    @Command(
            name = "unprotect",
            description = "Take the passphrase off a secret key: whoever may read the file can sign with it.",
            mixinStandardHelpOptions = true)
    static final class Unprotect implements Runnable {

        @ParentCommand
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private KeysCommand parent;

        @Parameters(paramLabel = "NAME", description = WHOSE)
        private String name = "";

        @Override
        public void run() {
            KeyRing keys = ringWith(parent.main, name);
            if (!keys.isSealed(name)) {
                throw Failure.usage(name + ".key is not sealed", "nothing was changed");
            }
            keys.protect(name, false);
            parent.main.terminal().say("ambit: " + name + ".key is in the clear now, for its owner alone");
        }
    }

    @Command(
            name = "rotate",
            description =
                    "Put a new key in the place of one. The former one of a tenant or principal stays good until it is retired.",
            mixinStandardHelpOptions = true)
    static final class Rotate implements Runnable {

        @ParentCommand
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private KeysCommand parent;

        @Parameters(paramLabel = "NAME", description = "'tenant', 'core', or a principal.")
        private String name = "";

        @Option(
                names = "--lost",
                description =
                        "The tenant's present key cannot sign any more: whoever administers the kernel vouches for the new one.")
        private boolean lost;

        @Override
        public void run() {
            Project project = parent.main.project();
            Config config = project.config(parent.main.terminal());
            if (name.equals(CORE)) {
                core(project, config);
                return;
            }
            KeyRing keys = parent.main.keys(project);
            if (!keys.has(name) || name.contains(".")) {
                throw Failure.usage("there is no key of '" + name + "' to rotate", "'ambit keys' lists what there is");
            }
            if (name.equals(KeyRing.TENANT)) {
                tenant(project, config, keys);
            } else {
                principal(keys);
            }
        }

        private void tenant(Project project, Config config, KeyRing keys) {
            Terminal terminal = parent.main.terminal();
            KernelDesk.ensure(project, config, parent.main.environment(), terminal);
            Blob next = keys.next(KeyRing.TENANT, lost).publicKey();
            Blob word = lost ? Blob.EMPTY : word(keys.signing(KeyRing.TENANT), config.tenant(), next);
            switch (Link.ask(project.places(), new AdminToCore.AddKey(config.tenant(), next, word))) {
                case CoreToAdmin.Registered(long index, long _) -> {
                    keys.promote(KeyRing.TENANT, next);
                    terminal.say("ambit: tenant.key is a new key, which the core knows by "
                            + (lost ? "your word" : "the former one's word") + "  #" + index);
                    terminal.hint("grants by the former key are honoured until 'ambit keys retire tenant'");
                }
                case CoreToAdmin.Denied(var code, String sentence) ->
                    throw Failure.denied("the core does not take the key: " + sentence + " (" + code + ")", "");
                case CoreToAdmin.CoreStatus _,
                        CoreToAdmin.Revoked _,
                        CoreToAdmin.Stopped _,
                        CoreToAdmin.Checkpointed _,
                        CoreToAdmin.Asked _,
                        CoreToAdmin.Answered _,
                        CoreToAdmin.BodyKey _,
                        CoreToAdmin.Forgotten _,
                        CoreToAdmin.Rotated _ -> throw Failure.kernel("the core answered something else", "");
            }
        }

        private static Blob word(SigningKey by, String tenant, Blob key) {
            Endorsement word = new Endorsement(tenant, key, Instant.now().getEpochSecond());
            return Signed.sign(Cose.Domain.TENANT_KEY, by, word.toBlob());
        }

        private void principal(KeyRing keys) {
            if (lost) {
                throw Failure.usage(
                        "--lost is for the tenant's key", "a principal's new key needs no word of the former one");
            }
            keys.promote(name, keys.next(name, false).publicKey());
            Terminal terminal = parent.main.terminal();
            terminal.say(
                    "ambit: " + name + ".key is a new key; " + keys.former(name).getLast() + ".key is the former one");
            terminal.say("  it has no grants yet: a run issues those that ambit.yaml speaks of, 'ambit grant " + name
                    + " AGENT' others");
            terminal.say("  what was remembered in user/… belongs to the former key: 'ambit run --as "
                    + keys.former(name).getLast() + "' still reads it");
            terminal.hint("the former key stays good until 'ambit keys retire " + name + "'");
        }

        private void core(Project project, Config config) {
            Terminal terminal = parent.main.terminal();
            Map<String, String> environment = parent.main.environment();
            KernelDesk.ensure(project, config, environment, terminal);
            switch (Link.ask(project.places(), new AdminToCore.RotateCore())) {
                case CoreToAdmin.Rotated(Blob next, long index) -> {
                    terminal.result(PublicKeys.toLine(next));
                    Kernel kernel = new Kernel(project.places(), environment);
                    if (kernel.live().isEmpty()) {
                        kernel.stop();
                        KernelDesk.ensure(project, config, environment, terminal);
                        terminal.say(
                                "ambit: the core signs with this key, as its former one says in the log  #" + index);
                    } else {
                        terminal.say(
                                "ambit: the core signs with this key from its next start on, as its present one says in the log  #"
                                        + index);
                        terminal.hint("transactions are running; when they are done: ambit down, then ambit up");
                    }
                }
                case CoreToAdmin.Denied(var code, String sentence) ->
                    throw Failure.kernel("the core keeps its key: " + sentence + " (" + code + ")", "");
                case CoreToAdmin.CoreStatus _,
                        CoreToAdmin.Registered _,
                        CoreToAdmin.Revoked _,
                        CoreToAdmin.Stopped _,
                        CoreToAdmin.Checkpointed _,
                        CoreToAdmin.Asked _,
                        CoreToAdmin.BodyKey _,
                        CoreToAdmin.Forgotten _,
                        CoreToAdmin.Answered _ -> throw Failure.kernel("the core answered something else", "");
            }
        }
    }

    @Command(
            name = "retire",
            description =
                    "End the former keys of a tenant or principal. When this returns, nothing under them gets another permit.",
            mixinStandardHelpOptions = true)
    static final class Retire implements Runnable {

        @ParentCommand
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private KeysCommand parent;

        @Parameters(paramLabel = "NAME", description = WHOSE)
        private String name = "";

        @Option(names = "--why", paramLabel = "TEXT", description = "The reason, for the log.")
        private String why = "";

        @Override
        public void run() {
            Main main = parent.main;
            Terminal terminal = main.terminal();
            Project project = main.project();
            Config config = project.config(terminal);
            KeyRing keys = main.keys(project);
            List<String> ending = keys.former(name).stream()
                    .filter(former -> !keys.isRetired(former))
                    .toList();
            if (ending.isEmpty()) {
                throw Failure.usage(
                        "'" + name + "' has no former key that is still good",
                        "'ambit keys rotate " + name + "' makes a new one first");
            }
            KernelDesk.ensure(project, config, main.environment(), terminal);
            RevocationDesk desk = new RevocationDesk(project, keys, main.environment(), terminal);
            GrantBook book = new GrantBook(project.places(), keys.roots());
            for (String former : ending) {
                Blob key = keys.publicKey(former);
                CoreToAdmin.Revoked revoked = desk.revoke(config.tenant(), key, why);
                book.all().stream()
                        .filter(it ->
                                it.grant().holder().equals(key) || (it.signer().equals(key) && !it.automatic()))
                        .forEach(it -> book.markRevoked(it, why));
                keys.retire(former, why);
                terminal.say("ambit: retired " + former + ", epoch " + revoked.epoch() + "  #" + revoked.logIndex());
            }
        }
    }
}
