package ambit.cli;

import ambit.authority.approval.Question;
import ambit.authority.approval.Word;
import ambit.authority.keyfile.SecretKeyFile;
import ambit.authority.signing.PublicKeys;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Link;
import ambit.cli.supervisor.OpenQuestion;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.cli.text.Terminal.Colour;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import ambit.wire.Cose;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What approvers are shown, and what they sign. The kernel must be up. */
final class ApprovalDesk {

    private final Project project;
    private final KeyRing keys;
    private final Terminal terminal;

    ApprovalDesk(Project project, KeyRing keys, Terminal terminal) {
        this.project = project;
        this.keys = keys;
        this.terminal = terminal;
    }

    List<OpenQuestion> open() {
        try (Link core = Link.connect(project.places().coreAdmin(), "core")) {
            return OpenQuestion.all(core);
        } catch (IOException e) {
            throw Failure.kernel("the core broke off", "see " + project.places().kernelLog())
                    .because(e);
        }
    }

    /** The open question of this id: all that is shown of it, or more. */
    OpenQuestion open(String id) {
        List<OpenQuestion> found = open().stream()
                .filter(it -> id.length() >= it.question().id().length()
                        && it.question().digest().toHex().startsWith(id))
                .toList();
        if (found.size() != 1) {
            throw Failure.usage(
                    "nothing of the id '" + Terminal.plain(id) + "' waits for approval",
                    "'ambit approvals' lists what does");
        }
        return found.getFirst();
    }

    /** The question in words, guests' text in a form that draws nothing. */
    List<String> describe(OpenQuestion it) {
        Question question = it.question();
        List<String> lines = new ArrayList<>();
        lines.add(terminal.coloured(Colour.BOLD, question.id()) + "  "
                + Terminal.plain(question.cap().name()) + "  "
                + terminal.coloured(Colour.DIM, "#" + question.logIndex()));
        lines.add("  asked    " + Sentences.time(question.askedAtMs()) + " by " + Terminal.plain(question.agent())
                + " for " + name(question.principal()) + ", transaction " + question.transaction());
        lines.add("  needs    " + question.approval().need() + " of "
                + names(question.approval().approvers()));
        if (!it.approved().isEmpty()) {
            lines.add("  approved by " + names(it.approved()));
        }
        if (!it.refused().isEmpty()) {
            lines.add("  refused by " + names(it.refused()));
        }
        lines.add("  good for " + Sentences.count(question.approval().uses(), "call", "calls") + " within "
                + question.approval().seconds() + " s");
        lines.add("  SHA-256 of the parameters " + question.params().sha256().toHex());
        JsonText.pretty(it.parameters()).lines().forEach(line -> lines.add("    " + JsonText.ascii(line)));
        return lines;
    }

    private String names(List<Blob> all) {
        return all.stream().map(this::name).collect(Collectors.joining(", "));
    }

    private String name(Blob key) {
        return keys.nameOf(key).orElseGet(() -> PublicKeys.toLine(key));
    }

    /** Signs and hands in a word about a question that is shown first. */
    void answer(String id, Optional<Path> keyFile, Optional<String> as, boolean approves, String why) {
        OpenQuestion it = open(id);
        describe(it).forEach(terminal::say);
        Question question = it.question();
        SigningKey key = keyFile.map(file -> read(file)).orElseGet(() -> keys.signing(signer(question, as)));
        Word word = new Word(
                it.core(),
                question.digest(),
                question.params().sha256(),
                approves,
                Instant.now().toEpochMilli(),
                why);
        Blob signed = Signed.sign(Cose.Domain.APPROVAL, key, word.toBlob());
        switch (Link.ask(project.places(), new AdminToCore.Answer(signed))) {
            case CoreToAdmin.Answered(long index, int missing) ->
                terminal.result("ambit: " + (approves ? "approved " : "refused ") + question.id() + "  #" + index
                        + (approves && missing > 0 ? "; " + missing + " more must approve" : ""));
            case CoreToAdmin.Denied(var code, String sentence) ->
                throw Failure.denied("the core does not take your word: " + sentence + " (" + code + ")", hint(code));
            default -> throw Failure.kernel("the core answered something else", "");
        }
    }

    private static String hint(ambit.wire.Denial code) {
        return switch (code) {
            case BAD_SIGNATURE -> "only the keys that the grant names can approve it";
            case EXPIRED, NOT_YET_VALID -> "see whether the clock of this machine is right";
            default -> "";
        };
    }

    private SigningKey read(Path file) {
        try {
            return SecretKeyFile.read(file, keys::passphrase);
        } catch (IOException e) {
            throw Failure.usage(file + " is no key to sign with: " + e.getMessage(), "")
                    .because(e);
        }
    }

    /** Whoever is named, or the one approver whose secret key is here. */
    private String signer(Question question, Optional<String> as) {
        if (as.isPresent()) {
            return as.get();
        }
        List<String> able = question.approval().approvers().stream()
                .flatMap(key -> keys.nameOf(key).stream())
                .filter(keys::canSign)
                .toList();
        if (able.size() != 1) {
            throw Failure.usage(
                    able.isEmpty() ? "no approver's secret key is here" : "who says so?",
                    able.isEmpty() ? "--key FILE names one" : "--as " + String.join(" or --as ", able));
        }
        return able.getFirst();
    }
}
