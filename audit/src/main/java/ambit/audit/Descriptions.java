package ambit.audit;

import ambit.authority.Allowance;
import ambit.authority.Bitmap;
import ambit.authority.Budget;
import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Cost;
import ambit.authority.Delegation;
import ambit.authority.Endorsement;
import ambit.authority.Forgetting;
import ambit.authority.Grant;
import ambit.authority.Memory;
import ambit.authority.Narrowing;
import ambit.authority.Permit;
import ambit.authority.Proof;
import ambit.authority.Rate;
import ambit.authority.Receipt;
import ambit.authority.Request;
import ambit.authority.Revocation;
import ambit.authority.Words;
import ambit.authority.approval.Approval;
import ambit.authority.approval.Word;
import ambit.authority.signing.PublicKeys;
import ambit.wire.Blob;
import ambit.wire.Denial;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Artifacts in words for people, one line for each thing that they say. */
public final class Descriptions {
    private Descriptions() {}

    public static List<String> of(Grant grant) {
        List<String> lines = new ArrayList<>();
        lines.add("grant " + grant.id().toHex() + " of tenant " + Words.plain(grant.tenant()));
        lines.add("to the holder of " + PublicKeys.toLine(grant.holder()));
        lines.add("to run the agent " + Words.plain(grant.agent()));
        lines.add("from " + second(grant.notBefore()) + " until " + second(grant.expires()));
        lines.add(grant.depth() == 0 ? "children may not be started" : "children at most " + grant.depth() + " deep");
        if (grant.generation() > 0) {
            lines.add("of generation " + grant.generation());
        }
        grant.budgets()
                .forEach(budget ->
                        lines.add("budget " + Words.plain(budget.name()) + ": at most " + budget.limit() + " in all"));
        grant.caps().forEach(cap -> lines.add(of(cap, grant)));
        grant.memory().forEach(part -> lines.add(of(part)));
        return lines;
    }

    /** Such as {@code git.git_log at most 10 times, with repo_path = "/repo", no other argument}. */
    private static String of(Cap cap, Grant grant) {
        String what = Words.plain(cap.name())
                + (cap.kind() == Cap.CHILD ? " (child agent) " : " ")
                + times(cap.uses())
                + rate(cap.rate());
        String how = cap.mayUse() ? "" : ", may not be used";
        String delegate = cap.mayDelegate() ? ", may be delegated" : "";
        String pinned = cap.definition().isEmpty() ? "" : ", definition pinned";
        String costs = cap.costs().stream()
                .map(cost -> ", spends " + spending(cost) + " of "
                        + Words.plain(grant.budgets().get(cost.budget()).name()))
                .collect(Collectors.joining());
        String approval = cap.approval().map(it -> ", " + sentence(it)).orElse("");
        return what + ", " + constraints(cap.constraints(), !cap.other()) + how + delegate + pinned + costs + approval;
    }

    /** Such as {@code after approval by 2 of …, good for 600 s and 1 use, waits 300 s}. */
    private static String sentence(Approval approval) {
        String who = approval.approvers().stream().map(PublicKeys::toLine).collect(Collectors.joining(", "));
        return "after approval by " + approval.need() + " of " + who + ", good for " + approval.seconds() + " s and "
                + approval.uses() + (approval.uses() == 1 ? " call" : " calls") + ", waits " + approval.patience()
                + " s";
    }

    private static String spending(Cost cost) {
        return switch (cost.kind()) {
            case CALL -> String.valueOf(cost.amount());
            case ARGUMENT -> cost.amount() + " times " + Words.plain(cost.of());
            case METERED -> "the " + Words.plain(cost.of()) + " it takes, " + cost.amount() + " reserved,";
        };
    }

    private static String rate(Rate rate) {
        return rate.isNone() ? "" : ", " + rate.uses() + " in any window of " + rate.seconds() + " s";
    }

    private static String of(Memory memory) {
        String how = memory.rights() == 3 ? "read and write" : String.join(", ", rights(memory.rights()));
        String terms = memory.terms().isEmpty()
                ? ""
                : ", as long as " + Words.plain(new String(memory.terms().toArray(), StandardCharsets.UTF_8));
        return "memory " + Words.plain(memory.namespace()) + ": " + how + ", at most " + memory.quota() + " bytes"
                + terms;
    }

    /** What a sum of rights to memory allows, such as {@code read, search}. */
    public static List<String> rights(int rights) {
        List<String> names = List.of("read", "write", "search", "append", "review");
        return IntStream.range(0, names.size())
                .filter(bit -> (rights & 1 << bit) != 0)
                .mapToObj(names::get)
                .toList();
    }

    public static List<String> of(Request request) {
        return of(request, List.of());
    }

    /** With the names of the grant's budgets, where they are known. */
    public static List<String> of(Request request, List<Budget> budgets) {
        List<String> lines = new ArrayList<>();
        lines.add("request for transaction " + request.transaction().toHex());
        lines.add("continues the grant with SHA-256 " + request.parent().toHex());
        lines.add("to run the agent " + Words.plain(request.agent()) + " with specification "
                + request.agentSpec().toHex());
        lines.add("issued at " + second(request.issuedAt()) + ", until " + second(request.expires()));
        lines.addAll(block(request.drop(), request.narrowings()));
        lines.addAll(of(request.allowances(), budgets));
        request.inherits()
                .forEach(i -> lines.add("inherits " + Words.quote(i.key()) + " of " + Words.plain(i.transaction())
                        + (i.name().equals(i.key()) ? "" : " as " + Words.quote(i.name()))));
        lines.add("input with SHA-256 " + request.input().toHex());
        return lines;
    }

    public static List<String> of(Delegation delegation) {
        return of(delegation, List.of());
    }

    /** The same. */
    public static List<String> of(Delegation delegation, List<Budget> budgets) {
        List<String> lines = new ArrayList<>();
        lines.add("delegation " + delegation.id().toHex() + " to the agent " + Words.plain(delegation.agent()));
        lines.add("continues the block with SHA-256 " + delegation.parent().toHex());
        lines.add("until " + second(delegation.expires()));
        lines.addAll(block(delegation.drop(), delegation.narrowings()));
        block(Blob.EMPTY, delegation.share()).forEach(line -> lines.add("by the request: " + line));
        lines.addAll(of(delegation.allowances(), budgets));
        delegation.received().forEach(source -> lines.add("with what was received from " + Words.plain(source)));
        lines.add("input with SHA-256 " + delegation.input().toHex());
        return lines;
    }

    private static List<String> of(List<Allowance> allowances, List<Budget> budgets) {
        return allowances.stream()
                .map(one -> "budget " + name(one.budget(), budgets) + ": at most " + one.limit())
                .toList();
    }

    /** A block below a grant says the place that the budget has there. */
    private static String name(int budget, List<Budget> budgets) {
        return budget < budgets.size()
                ? Words.plain(budgets.get(budget).name())
                : "in place " + budget + " of the grant";
    }

    public static List<String> of(Permit permit) {
        List<String> lines = new ArrayList<>(List.of(
                "permit " + permit.id().toHex() + " for the driver " + Words.plain(permit.driver()),
                "call " + permit.sequence() + " of context " + permit.context().toHex() + ": "
                        + Words.plain(permit.capability()),
                "request with SHA-256 " + permit.paramsDigest().toHex() + ", result of at most " + permit.maxBytes()
                        + " bytes",
                "until " + Instant.ofEpochMilli(permit.expiresAtMs())));
        permit.fields().forEach(field -> lines.add("to report the field " + Words.plain(field)));
        return lines;
    }

    public static List<String> of(Receipt receipt) {
        List<String> lines = new ArrayList<>(List.of(
                "receipt for permit " + receipt.permit().toHex() + ": " + outcome(receipt.status()),
                "executed the request with SHA-256 " + receipt.paramsDigest().toHex(),
                "result of " + receipt.resultBytes() + " bytes with SHA-256 "
                        + receipt.resultDigest().toHex(),
                "finished at " + Instant.ofEpochMilli(receipt.finishedAtMs())));
        receipt.meters().forEach(meter -> lines.add("took " + meter.amount() + " " + Words.plain(meter.name())));
        receipt.fields()
                .forEach(field -> lines.add("the field " + Words.plain(field.path()) + " has "
                        + field.digests().size() + " values"));
        return lines;
    }

    public static List<String> of(Proof proof) {
        return List.of(
                "proof for call " + proof.sequence() + " of context "
                        + proof.context().toHex() + ": " + outcome(proof.status()),
                "transaction " + Words.plain(proof.transaction()) + ", log entry " + proof.logIndex(),
                "request with SHA-256 " + proof.paramsDigest().toHex(),
                "result with SHA-256 " + proof.resultDigest().toHex());
    }

    public static List<String> of(Revocation revocation) {
        return List.of(
                "revocation by tenant " + Words.plain(revocation.tenant()) + " of " + target(revocation.target()),
                "issued at " + second(revocation.issuedAt()) + " because " + Words.quote(revocation.why()));
    }

    public static List<String> of(Forgetting forgetting) {
        String what = forgetting.principal().isEmpty()
                ? "everything"
                : "principal " + PublicKeys.toLine(forgetting.principal());
        String part = forgetting.transaction().isEmpty() ? "" : ", transaction " + forgetting.transaction();
        return List.of(
                "word of tenant " + Words.plain(forgetting.tenant()) + " to destroy the memory of " + what + part,
                "issued at " + second(forgetting.issuedAt()) + " because " + Words.quote(forgetting.why()));
    }

    public static List<String> of(Endorsement endorsement) {
        return List.of(
                "word for the key " + PublicKeys.toLine(endorsement.key()),
                "of " + Words.plain(endorsement.of()) + ", issued at " + second(endorsement.issuedAt()));
    }

    public static List<String> of(Word word) {
        String why = word.why().isEmpty() ? "" : " because " + Words.quote(word.why());
        return List.of(
                (word.approves() ? "approval of " : "refusal of ")
                        + word.approval().toHex()
                        + why,
                "whose parameters with SHA-256 " + word.params().toHex() + " were shown",
                "to the core with the key " + PublicKeys.toLine(word.core()),
                "issued at " + Instant.ofEpochMilli(word.issuedAtMs()));
    }

    /** What a revocation names. */
    public static String target(Blob target) {
        return target.size() == Revocation.GENERATION
                ? "every grant before generation "
                        + ByteBuffer.wrap(target.toArray()).getLong()
                : target.toHex();
    }

    /** What a block takes away. */
    private static List<String> block(Blob drop, List<Narrowing> narrowings) {
        List<String> lines = new ArrayList<>();
        if (!drop.isEmpty()) {
            String indices = Bitmap.indices(drop).stream().map(String::valueOf).collect(Collectors.joining(", "));
            lines.add("drops the capabilities " + indices);
        }
        for (Narrowing narrowing : narrowings) {
            lines.add("capability " + narrowing.cap() + " " + times(narrowing.uses()) + rate(narrowing.rate()) + ", "
                    + constraints(narrowing.constraints(), narrowing.closed()));
        }
        return lines;
    }

    /** The constraints, and what happens to other arguments. */
    private static String constraints(List<Constraint> constraints, boolean closed) {
        String all = constraints.stream().map(Constraint::describe).collect(Collectors.joining(", "));
        String others = closed ? "no other argument" : "any other argument";
        return all.isEmpty() ? "with " + (closed ? "no argument" : "any argument") : "with " + all + ", " + others;
    }

    private static String times(long uses) {
        return uses < 0 ? "without limit" : "at most " + uses + (uses == 1 ? " time" : " times");
    }

    private static String second(long seconds) {
        return Instant.ofEpochSecond(seconds).toString();
    }

    private static String outcome(int status) {
        return Arrays.stream(Denial.values())
                .filter(denial -> denial.number() == status)
                .findFirst()
                .map(denial -> denial.name() + ", " + denial.sentence())
                .orElse("done");
    }
}
