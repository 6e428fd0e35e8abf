package ambit.cli;

import ambit.audit.Descriptions;
import ambit.authority.Budget;
import ambit.authority.Delegation;
import ambit.authority.Endorsement;
import ambit.authority.Forgetting;
import ambit.authority.Grant;
import ambit.authority.Permit;
import ambit.authority.Proof;
import ambit.authority.Receipt;
import ambit.authority.Request;
import ambit.authority.Revocation;
import ambit.authority.approval.Word;
import ambit.authority.keyfile.PublicKeyFile;
import ambit.authority.signing.BadSignature;
import ambit.authority.signing.PublicKeys;
import ambit.authority.signing.Signed;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Places;
import ambit.cli.text.Terminal;
import ambit.cli.text.Terminal.Colour;
import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "inspect",
        description =
                "Say what a signed artifact says: its hash, whether its signature verifies, who signed it, and its content "
                        + "in words. Exit code 1 if the signature does not verify.",
        mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {

    private static final int MOST = 1 << 20;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(
            paramLabel = "FILE",
            description =
                    "A grant, request, delegation, permit, receipt, proof, revocation, approval or word for a key; or a .pub.")
    private Path file = Path.of("");

    @Override
    public Integer call() {
        Terminal terminal = main.terminal();
        Blob bytes = read();
        if (bytes.size() < 256
                && new String(bytes.toArray(), java.nio.charset.StandardCharsets.US_ASCII)
                        .startsWith("ambit-ed25519 ")) {
            return publicKey(terminal);
        }
        Cose cose;
        try {
            cose = Cose.parse(bytes);
        } catch (MalformedException e) {
            throw Failure.usage(file + " is not an artifact of Ambit: " + e.getMessage(), "")
                    .because(e);
        }
        terminal.result("SHA-256 " + bytes.sha256().toHex());
        terminal.result("signed by " + PublicKeys.toLine(cose.kid()) + whose(cose.kid()));
        Optional<Domain> domain = domain(bytes, cose.kid());
        if (domain.isEmpty()) {
            terminal.result(terminal.coloured(Colour.RED, "the signature does not verify") + ": believe nothing of it");
            return ExitCode.AGENT_FAILED;
        }
        terminal.result(terminal.coloured(Colour.GREEN, "the signature verifies") + " as a "
                + domain.get().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '));
        try {
            describe(domain.get(), cose.payload()).forEach(line -> terminal.result("  " + line));
        } catch (MalformedException e) {
            throw Failure.usage("signed, and yet not well formed: " + e.getMessage(), "")
                    .because(e);
        }
        return ExitCode.OK;
    }

    private Blob read() {
        try (var in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST + 1);
            if (bytes.length > MOST) {
                throw Failure.usage(file + " is too large for an artifact", "");
            }
            return Blob.of(bytes);
        } catch (IOException e) {
            throw Failure.usage("cannot read " + file, "").because(e);
        }
    }

    private Integer publicKey(Terminal terminal) {
        try {
            Blob key = PublicKeyFile.read(file);
            terminal.result("a sound Ed25519 public key" + whose(key));
            terminal.result("  " + key.toHex());
            return ExitCode.OK;
        } catch (IOException e) {
            throw Failure.usage(file + ": " + e.getMessage(), "").because(e);
        }
    }

    /** Whose key this is, as far as this project knows; outside of a project nobody's. */
    private String whose(Blob key) {
        try {
            Places places = main.project().places();
            if (Files.isReadable(places.coreKey())
                    && PublicKeyFile.read(places.coreKey()).equals(key)) {
                return " (the core)";
            }
            return new KeyRing(places.keys())
                    .nameOf(key)
                    .map(name -> " (" + name + ")")
                    .orElse(" (not a key of this project)");
        } catch (Failure | IOException e) {
            return "";
        }
    }

    /** The one kind of artifact as which these bytes verify: the kind is part of what is signed. */
    static Optional<Domain> domain(Blob bytes, Blob signer) {
        for (Domain domain : Domain.values()) {
            try {
                Signed.verify(domain, signer, bytes);
                return Optional.of(domain);
            } catch (BadSignature | MalformedException _) {
                // Not of this kind.
            }
        }
        return Optional.empty();
    }

    private static List<String> describe(Domain domain, Blob payload) throws MalformedException {
        return describe(domain, payload, List.of());
    }

    /** In words, with the names that the grant's budgets have where they are known. */
    static List<String> describe(Domain domain, Blob payload, List<Budget> budgets) throws MalformedException {
        return switch (domain) {
            case GRANT -> Descriptions.of(Grant.parse(payload));
            case REQUEST -> Descriptions.of(Request.parse(payload), budgets);
            case DELEGATION -> Descriptions.of(Delegation.parse(payload), budgets);
            case PERMIT -> Descriptions.of(Permit.parse(payload));
            case RECEIPT -> Descriptions.of(Receipt.parse(payload));
            case PROOF -> Descriptions.of(Proof.parse(payload));
            case REVOCATION -> Descriptions.of(Revocation.parse(payload));
            case FORGETTING -> Descriptions.of(Forgetting.parse(payload));
            case APPROVAL -> Descriptions.of(Word.parse(payload));
            case TENANT_KEY, CORE_KEY -> Descriptions.of(Endorsement.parse(payload));
            case SNAPSHOT -> List.of("snapshot of a log");
        };
    }
}
