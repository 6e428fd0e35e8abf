package ambit.cli.supervisor;

import ambit.authority.approval.Question;
import ambit.cli.text.JsonText;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A call that waits for approval, and the keys that have answered.
 *
 * @param core the key that words about it must name
 */
public record OpenQuestion(Blob core, Question question, List<Blob> approved, List<Blob> refused) {

    /** All that the core has. */
    public static List<OpenQuestion> all(Link core) throws IOException {
        core.send(new AdminToCore.Approvals());
        if (!(CoreToAdmin.fromCbor(core.receive()) instanceof CoreToAdmin.Asked(Blob key, var cases))) {
            throw new MalformedException("the core answered something else");
        }
        List<OpenQuestion> all = new ArrayList<>();
        for (CoreToAdmin.Case it : cases) {
            all.add(new OpenQuestion(key, Question.parse(it.question()), it.approved(), it.refused()));
        }
        return all;
    }

    /** For programs: {@code ambit approvals --json} and the webhook. Parameters are the guest's own text. */
    public Json json() {
        var approval = question.approval();
        return JsonText.object(
                "id", question.id(),
                "digest", question.digest().toHex(),
                "capability", question.cap().name(),
                "tenant", question.tenant(),
                "principal", question.principal().toHex(),
                "agent", question.agent(),
                "transaction", question.transaction(),
                "grant", question.grant().toHex(),
                "params", parameters(),
                "paramsDigest", question.params().sha256().toHex(),
                "need", approval.need(),
                "approvers", hex(approval.approvers()),
                "approved", hex(approved),
                "refused", hex(refused),
                "forSeconds", approval.seconds(),
                "calls", approval.uses(),
                "askedAtMs", question.askedAtMs(),
                "waitUntilMs", question.waitUntilMs(),
                "logIndex", question.logIndex());
    }

    private static List<String> hex(List<Blob> keys) {
        return keys.stream().map(Blob::toHex).toList();
    }

    /** The core asks about nothing but JSON. */
    public Json parameters() {
        try {
            return Json.parse(question.params());
        } catch (MalformedException e) {
            throw new IllegalStateException("the core asks about what is not JSON", e);
        }
    }
}
