package ambit.cli;

import ambit.audit.LogVerifier;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Link;
import ambit.cli.supervisor.Places;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.cli.text.Terminal.Colour;
import ambit.log.entry.Entry;
import ambit.wire.AdminToCore;
import ambit.wire.AdminToDrivers;
import ambit.wire.Blob;
import ambit.wire.BodyKind;
import ambit.wire.BodyState;
import ambit.wire.CoreToAdmin;
import ambit.wire.DriversToAdmin;
import ambit.wire.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "body",
        description =
                "Show what was kept of a call: its parameters and its result, and whether they are what the log says. The log "
                        + "records who looked.",
        mixinStandardHelpOptions = true)
final class BodyCommand implements Callable<Integer> {

    private static final int SHORTEST = 8;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private LogCommand log;

    @Parameters(
            paramLabel = "ID",
            description =
                    "An index of the log (#12 or 12), or the beginning of a SHA-256, of a permit or of a transaction, 8 digits or more.")
    private String id = "";

    @Option(names = "--json", description = "One JSON object for each body.")
    private boolean json;

    /** A body that the log speaks of; {@code call} is the index of its permit, {@code index} that of the entry with its digest. */
    private record Wanted(
            long call, long index, String transaction, String capability, Blob permit, BodyKind kind, Blob digest) {
        boolean isMeantBy(String id) {
            return id.matches("[0-9]{1,9}")
                    ? id.equals(Long.toString(call)) || id.equals(Long.toString(index))
                    : permit.toHex().startsWith(id) || digest.toHex().startsWith(id) || transaction.startsWith(id);
        }

        String words() {
            return (kind == BodyKind.PARAMETERS ? "parameters of " : "result of ") + Terminal.plain(capability);
        }
    }

    private final Map<String, String> tenants = new HashMap<>();
    private final Map<Blob, Entry.Allowed> calls = new HashMap<>();
    private final Map<Blob, Long> indices = new HashMap<>();
    private final List<Wanted> bodies = new ArrayList<>();
    private final Set<String> shredded = new HashSet<>();
    private final Map<String, Blob> keys = new HashMap<>();

    @Override
    public Integer call() {
        Project project = log.main().project();
        if (LogVerifier.read(project.places().log(), LogCommand.coreKey(project), this::take)
                instanceof LogVerifier.Broken(String sentence)) {
            throw Failure.kernel("the log is not intact: " + sentence, "'ambit log verify' says the same");
        }
        List<Wanted> wanted = wanted();
        int shown = 0;
        boolean sound = true;
        try (Link drivers = Link.connect(project.places().driversAdmin(), "drivers")) {
            for (Wanted body : wanted) {
                DriversToAdmin.Body found = ask(drivers, body, Blob.EMPTY);
                if (found.state() == BodyState.KEPT) {
                    found = ask(drivers, body, key(project.places(), body, wanted));
                    sound &= isSound(body, found);
                    shown++;
                }
                show(body, found);
            }
        } catch (IOException e) {
            throw Failure.kernel(
                            "the drivers broke off", "see " + project.places().kernelLog())
                    .because(e);
        }
        return sound && shown > 0 ? ExitCode.OK : ExitCode.AGENT_FAILED;
    }

    private void take(long index, Entry entry) {
        switch (entry) {
            case Entry.Admitted it -> tenants.put(it.transaction(), it.tenant());
            case Entry.Allowed it -> {
                calls.put(it.permit(), it);
                indices.put(it.permit(), index);
                if (!it.driver().isEmpty()) {
                    bodies.add(body(it, index, BodyKind.PARAMETERS, it.paramsDigest()));
                }
            }
            case Entry.Outcome it -> {
                Entry.Allowed call = calls.get(it.permit());
                if (call != null && it.status() == 0) {
                    bodies.add(body(call, index, BodyKind.RESULT, it.resultDigest()));
                }
            }
            case Entry.Shredded it -> shredded.add(it.transaction());
            default -> {}
        }
    }

    private Wanted body(Entry.Allowed call, long index, BodyKind kind, Blob digest) {
        long at = indices.getOrDefault(call.permit(), index);
        return new Wanted(at, index, call.transaction(), call.capability(), call.permit(), kind, digest);
    }

    private List<Wanted> wanted() {
        String plain = id.startsWith("#") ? id.substring(1) : id;
        boolean good = plain.matches("[0-9]{1,9}") || (plain.matches("[0-9a-f.]+") && plain.length() >= SHORTEST);
        List<Wanted> wanted =
                bodies.stream().filter(body -> good && body.isMeantBy(plain)).toList();
        if (wanted.isEmpty()) {
            throw Failure.usage(
                    "the log knows no call, digest or transaction '" + plain + "'",
                    "'ambit log --json' shows what there is; a digest, permit or transaction needs 8 digits at least");
        }
        return wanted;
    }

    private static DriversToAdmin.Body ask(Link drivers, Wanted body, Blob key) throws IOException {
        drivers.send(new AdminToDrivers.FindBody(body.transaction(), body.permit(), body.kind(), key));
        return switch (DriversToAdmin.fromCbor(drivers.receive())) {
            case DriversToAdmin.Body found -> found;
            case DriversToAdmin.Failed(var code, String sentence) ->
                throw Failure.kernel("the body cannot be read: " + sentence + " (" + code + ")", "");
            case DriversToAdmin.Discovered _, DriversToAdmin.Shredded _ ->
                throw Failure.kernel("the drivers answered something else", "");
        };
    }

    /** The key of the transaction, for which the core is asked once. */
    private Blob key(Places places, Wanted body, List<Wanted> wanted) {
        return keys.computeIfAbsent(body.transaction(), transaction -> {
            boolean alone = wanted.stream()
                            .filter(it -> it.transaction().equals(transaction))
                            .count()
                    == 1;
            Blob digest = alone ? body.digest() : Blob.EMPTY;
            return switch (Link.ask(
                    places, new AdminToCore.ReadBody(tenant(transaction), transaction, digest, reader()))) {
                case CoreToAdmin.BodyKey(Blob key, long _) -> key;
                case CoreToAdmin.Denied(var code, String sentence) ->
                    throw Failure.denied("the core gives no key: " + sentence + " (" + code + ")", "");
                case CoreToAdmin.CoreStatus _,
                        CoreToAdmin.Registered _,
                        CoreToAdmin.Revoked _,
                        CoreToAdmin.Stopped _,
                        CoreToAdmin.Checkpointed _,
                        CoreToAdmin.Asked _,
                        CoreToAdmin.Answered _,
                        CoreToAdmin.Forgotten _,
                        CoreToAdmin.Rotated _ -> throw Failure.kernel("the core answered something else", "");
            };
        });
    }

    /** The tenant of a transaction; a child has its parent's. */
    private String tenant(String transaction) {
        int dot = transaction.indexOf('.');
        return tenants.getOrDefault(dot < 0 ? transaction : transaction.substring(0, dot), "");
    }

    /** Who looks, as far as this process can say. */
    private String reader() {
        String user = System.getProperty("user.name", "");
        String behind = log.main().environment().getOrDefault("SUDO_USER", "");
        String all = behind.isEmpty() ? user : user + " for " + behind;
        return all.substring(0, Math.min(all.length(), Limits.NAME));
    }

    /** Whether this is the body that the log speaks of: by its own digest, or, redacted, by the one that is sealed with it. */
    private static boolean isSound(Wanted body, DriversToAdmin.Body found) {
        Blob digest = found.places() == 0 ? found.bytes().sha256() : found.digest();
        return digest.equals(body.digest());
    }

    private void show(Wanted body, DriversToAdmin.Body found) {
        Terminal terminal = log.main().terminal();
        String text = new String(found.bytes().toArray(), StandardCharsets.UTF_8);
        if (json) {
            terminal.result(JsonText.write(object(body, found, text)));
            return;
        }
        terminal.result(terminal.coloured(Colour.DIM, "#" + body.index()) + "  " + body.words() + ": "
                + said(body, found, terminal));
        if (found.state() == BodyState.KEPT) {
            text.lines().forEach(line -> terminal.result(Terminal.plain(line)));
        }
    }

    private String said(Wanted body, DriversToAdmin.Body found, Terminal terminal) {
        return switch (found.state()) {
            case KEPT ->
                (found.places() == 0
                                ? "SHA-256 " + body.digest().toHex()
                                : "redacted: " + Sentences.count(found.places(), "place", "places")
                                        + "; the whole had SHA-256 "
                                        + body.digest().toHex())
                        + (isSound(body, found)
                                ? ", as the log says"
                                : terminal.coloured(Colour.RED, ", and this is not what the log says"));
            case TOO_LARGE -> "not kept, it was longer than 3 MiB";
            case UNREADABLE -> "not kept, it is no text that could be redacted";
            case ABSENT -> "not kept" + (shredded.contains(body.transaction()) ? ", or shredded" : "");
        };
    }

    private static ambit.wire.Json object(Wanted body, DriversToAdmin.Body found, String text) {
        boolean kept = found.state() == BodyState.KEPT;
        return JsonText.object(
                "index", body.index(),
                "transaction", body.transaction(),
                "capability", body.capability(),
                "permit", body.permit().toHex(),
                "kind", body.kind().name().toLowerCase(java.util.Locale.ROOT),
                "digest", body.digest().toHex(),
                "state", found.state().name().toLowerCase(java.util.Locale.ROOT),
                "redacted", found.places(),
                "sound", kept && isSound(body, found),
                "keptAtMs", found.keptAtMs(),
                "body", text);
    }
}
