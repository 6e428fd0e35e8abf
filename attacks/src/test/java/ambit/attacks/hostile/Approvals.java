package ambit.attacks.hostile;

import static ambit.attacks.hostile.Approvable.BOB;
import static ambit.attacks.hostile.Approvable.CAROL;
import static ambit.attacks.hostile.Approvable.SECONDS;
import static ambit.attacks.hostile.Defences.HISTORY;
import static ambit.attacks.hostile.Defences.PROCESS;
import static ambit.attacks.hostile.Defences.core;
import static ambit.attacks.hostile.Defences.signatures;

import ambit.attacks.hostile.Attack.Meanwhile;
import ambit.attacks.hostile.Weakness.Part;
import ambit.authority.approval.Approval;
import ambit.authority.approval.Question;
import ambit.authority.approval.Word;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Denied;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** Calls that people have to approve. */
final class Approvals {
    private static final String APPROVAL = "ambit.authority.approval.Approval";
    private static final String DOCKET = "ambit.authority.approval.Docket";
    private static final String HEARD = "ambit.authority.approval.Heard";
    private static final String STANDING = "ambit.authority.approval.Standing";
    private static final String WORD = "ambit.authority.approval.Word";

    /** More questions than all principals together may have open. */
    private static final int MANY = 1100;

    private static final String STILL_ASKED = "others are asked about";

    /** Every call is as good as approved. */
    private static final List<Weakness> ASKING = List.of(Weakness.answering(Part.CORE, STANDING, "isGiven", true));

    private static final List<Weakness> NUMBER = List.of(Weakness.answering(Part.CORE, APPROVAL, "need", 1));

    /** Everybody is an approver. */
    private static final List<Weakness> APPROVERS =
            List.of(Weakness.assuming(Part.CORE, WORD, "refusal", "List.contains", true));

    /** A word is about whatever the question is. */
    private static final List<Weakness> ABOUT =
            List.of(Weakness.assuming(Part.CORE, WORD, "refusal", "Blob.equals", true));

    /** What was said of one call was said of every other one. */
    private static final List<Weakness> OF_THIS_CALL = List.of(
            Weakness.ignoring(Part.CORE, HISTORY, "hear", "approval"),
            Weakness.ignoring(Part.CORE, HISTORY, "heard", "approval"));

    private static final List<Weakness> USES = List.of(Weakness.unchanged(Part.CORE, HEARD, "used"));
    private static final List<Weakness> ONCE = List.of(Weakness.overlooking(Part.CORE, WORD, "refusal", "REPLAYED"));
    private static final List<Weakness> TIME = List.of(Weakness.answering(Part.CORE, HEARD, "isOver", false));
    private static final List<Weakness> REFUSALS = List.of(Weakness.answering(Part.CORE, HEARD, "refuses", false));
    private static final List<Weakness> REVOCATION =
            List.of(Weakness.answering(Part.CORE, "ambit.core.Approvals", "isRevoked", false));

    private Approvals() {}

    static Group group() {
        return new Group(
                "Approvals",
                Stream.of(withoutWords(), othersWords(), otherCalls(), again(), afterwards(), desk())
                        .flatMap(List::stream)
                        .toList());
    }

    private static List<Attack> withoutWords() {
        return List.of(
                Attack.of(
                        "Make a call without the approval that it needs",
                        Denial.APPROVAL_REQUIRED,
                        ASKING,
                        from -> Approvable.of(from).call()),
                Attack.of(
                        "Have a child make the call, to get round its parent's approvers",
                        Denial.APPROVAL_REQUIRED,
                        ASKING,
                        from -> {
                            Approvable parent = Approvable.of(from);
                            return parent.in(child(from, parent)).call();
                        }),
                Attack.of("Make a call that one of two has approved", Denial.APPROVAL_REQUIRED, NUMBER, from -> {
                    Approvable call = Approvable.of(from, Approvable.approval(from, 2, SECONDS, 1));
                    call.approve(call.approver(BOB));
                    return call.call();
                }),
                Attack.of("Have one approver's two words count for two", Denial.APPROVAL_REQUIRED, NUMBER, from -> {
                    Approvable call = Approvable.of(from, Approvable.approval(from, 2, SECONDS, 1));
                    Blob later = signed(call, BOB, call.word(true, System.currentTimeMillis() + 1000));
                    call.approve(call.approver(BOB));
                    return call.callWith(later);
                }),
                Attack.of(
                        "Have a grant name one approver twice, so that one word counts for two",
                        Denial.MALFORMED,
                        core(APPROVAL, "check", "an approver twice, or fewer approvers than are needed"),
                        from -> {
                            Blob bob = from.honest().key(BOB);
                            Approval twice = new Approval(2, List.of(bob, bob), SECONDS, 1, 0);
                            return Result.of(from.ask(
                                    from.plan().approved(twice).papers().admit()));
                        }));
    }

    /** A word of whoever is no approver is not even taken, although taken it would permit nothing: the core counts approvers, not words. */
    private static List<Attack> othersWords() {
        return List.of(
                Attack.of("Hand in a word by a key of one's own", Denial.BAD_SIGNATURE, APPROVERS, from -> {
                    Approvable call = Approvable.of(from);
                    return call.handIn(call.yes(Signer.attacker()));
                }),
                Attack.of("Hand in the word of the principal who calls", Denial.BAD_SIGNATURE, APPROVERS, from -> {
                    Approvable call = Approvable.of(from);
                    return call.handIn(call.yes(call.holder()));
                }),
                Attack.of("Hand in a word by the tenant's root key", Denial.BAD_SIGNATURE, APPROVERS, from -> {
                    Approvable call = Approvable.of(from);
                    return call.handIn(call.yes(call.approver(Honest.TENANT)));
                }),
                Attack.of(
                        "Hand in the word of another grant's approver",
                        Denial.BAD_SIGNATURE,
                        APPROVERS,
                        Approvals::anotherGrantsApprover),
                Attack.of(
                        "Sign a word oneself and say that the approver did",
                        Denial.BAD_SIGNATURE,
                        signatures(Part.CORE),
                        from -> {
                            Approvable call = Approvable.of(from);
                            Signer pretending = Signer.pretending(from.honest().key(BOB));
                            return call.callWith(call.yes(pretending));
                        }),
                Attack.of(
                        "Put another question under an approver's signature",
                        Denial.BAD_SIGNATURE,
                        signatures(Part.CORE),
                        from -> {
                            Approvable shown = Approvable.of(from);
                            Approvable meant = shown.with(Position.talk(Position.word()));
                            Blob other =
                                    meant.word(true, System.currentTimeMillis()).toBlob();
                            return meant.callWith(Signer.stolen(shown.yes(shown.approver(BOB)), other));
                        }),
                Attack.of(
                        "Have an approver shown other parameters than the call's",
                        Denial.BAD_SIGNATURE,
                        ABOUT,
                        from -> {
                            Approvable call = Approvable.of(from);
                            Word said = call.word(true, System.currentTimeMillis());
                            Blob shown = Position.talk("harmless").sha256();
                            return call.callWith(signed(
                                    call,
                                    BOB,
                                    new Word(said.core(), said.approval(), shown, true, said.issuedAtMs(), "")));
                        }),
                Attack.of(
                        "Hand in what an approver said of the call to another core",
                        Denial.BAD_SIGNATURE,
                        ABOUT,
                        from -> {
                            Approvable call = Approvable.of(from);
                            Word said = call.word(true, System.currentTimeMillis());
                            Blob elsewhere = Signer.attacker().key();
                            return call.callWith(signed(
                                    call,
                                    BOB,
                                    new Word(elsewhere, said.approval(), said.params(), true, said.issuedAtMs(), "")));
                        }));
    }

    private static List<Attack> otherCalls() {
        return List.of(
                other(
                        "Use an approval for other parameters",
                        (from, call, _) ->
                                call.with(Position.talk(Position.word())).answer()),
                other(
                        "Use an approval for another capability",
                        (from, call, _) -> from.call(call.context(), Plan.OTHER_MODEL, call.params())),
                other(
                        "Use an approval for another grant of the same principal",
                        (from, call, by) -> Approvable.of(from, call.holder(), by)
                                .with(call.params())
                                .answer()),
                other(
                        "Use an approval for another principal",
                        (from, call, by) ->
                                Approvable.of(from, by).with(call.params()).answer()));
    }

    /** Makes another call that the same people would have to approve. */
    @FunctionalInterface
    private interface Other {
        CoreToBroker call(Position from, Approvable approved, Approval by) throws IOException;
    }

    private static Attack other(String name, Other other) {
        return Attack.of(name, Denial.APPROVAL_REQUIRED, OF_THIS_CALL, from -> {
            // Who has said nothing before of any other call.
            Signer approver = from.honest().signer(Position.word());
            Approvable call = Approvable.of(from, by(approver));
            call.approve(approver);
            return Result.of(other.call(from, call, by(approver)));
        });
    }

    private static List<Attack> again() {
        return List.of(
                Attack.of("Use an approval twice that is good for one call", Denial.APPROVAL_REQUIRED, USES, from -> {
                    Approvable call = Approvable.of(from);
                    call.approvedAndMade();
                    return call.call();
                }),
                Attack.of(
                        "Use an approval as a parent and once more as its child",
                        Denial.APPROVAL_REQUIRED,
                        USES,
                        from -> {
                            Approvable parent = Approvable.of(from);
                            Admitted child = child(from, parent);
                            parent.approvedAndMade();
                            return parent.in(child).call();
                        }),
                Attack.of(
                        "Call at once in four transactions on an approval that is good for five calls",
                        "5 of 48",
                        USES,
                        from -> {
                            Approvable call = Approvable.of(from, Approvable.approval(from, 1, SECONDS, 5));
                            call.approve(call.approver(BOB));
                            List<Admitted> contexts = List.of(
                                    call.context(),
                                    call.again().context(),
                                    call.again().context(),
                                    call.again().context());
                            return Spending.spend(from, contexts, call.params(), 48);
                        }),
                late(
                        "Use an approval again after the core was killed",
                        Denial.APPROVAL_REQUIRED.name(),
                        USES,
                        Meanwhile.CORE_IS_KILLED,
                        (from, kept) -> Approvable.resumed(from, kept).call()),
                Attack.of("Hand in an approver's word a second time", Denial.REPLAYED, ONCE, from -> {
                    Approvable call = Approvable.of(from);
                    Blob word = call.approvedAndMade();
                    call.question();
                    return call.callWith(word);
                }),
                late(
                        "Hand in an approver's word again after the core was killed",
                        Denial.REPLAYED.name(),
                        ONCE,
                        Meanwhile.CORE_IS_KILLED,
                        Approvals::handInAgain),
                late(
                        "Hand in an approver's word again to an older copy of the core's state",
                        Result.NOT_STARTED.answer(),
                        List.of(Weakness.nothing(Part.CORE, "ambit.log.GroupCommitJournal", "requireContinued")),
                        Meanwhile.STATE_IS_ROLLED_BACK,
                        Approvals::handInAgain));
    }

    private static List<Attack> afterwards() {
        return List.of(
                Attack.late(
                        "Use an approval after its time",
                        Denial.APPROVAL_REQUIRED.name(),
                        TIME,
                        Meanwhile.PERMITS_EXPIRE,
                        from -> {
                            long seconds = Attack.PERMIT_MS / 1000;
                            Approvable call = alices(from, Approvable.approval(from, 1, seconds, 2));
                            call.approvedAndMade();
                            return call.kept(Blob.EMPTY);
                        },
                        (from, kept) -> Approvable.resumed(from, kept).call()),
                Attack.of("Hold an approver's word back until its time is over", Denial.EXPIRED, TIME, from -> {
                    Approvable call = Approvable.of(from);
                    return call.callWith(
                            signed(call, BOB, call.word(true, System.currentTimeMillis() - 1000 * SECONDS)));
                }),
                Attack.of(
                        "Have a word dated ahead, to keep it for later",
                        Denial.NOT_YET_VALID,
                        List.of(Weakness.overlooking(Part.CORE, WORD, "refusal", "NOT_YET_VALID")),
                        from -> {
                            Approvable call = Approvable.of(from);
                            return call.callWith(
                                    signed(call, BOB, call.word(true, System.currentTimeMillis() + 1000 * SECONDS)));
                        }),
                Attack.of("Hold an approver's yes back until after their no", Denial.REPLAYED, ONCE, from -> {
                    Approvable call = Approvable.of(from);
                    Blob word = call.yes(call.approver(BOB));
                    call.refuse(call.approver(BOB), System.currentTimeMillis() + 1000);
                    return call.callWith(word);
                }),
                Attack.of(
                        "Make a call that one approver refused and another approved",
                        Denial.APPROVAL_REFUSED,
                        REFUSALS,
                        from -> {
                            Approvable call = Approvable.of(from);
                            call.refuse(call.approver(BOB), System.currentTimeMillis());
                            return callApprovedBy(CAROL, call);
                        }),
                Attack.late(
                        "Have a refusal forgotten by a core that was killed",
                        Denial.APPROVAL_REFUSED.name(),
                        REFUSALS,
                        Meanwhile.CORE_IS_KILLED,
                        from -> {
                            Approvable call = alices(from, Approvable.approval(from, 1, SECONDS, 1));
                            call.refuse(call.approver(BOB), System.currentTimeMillis());
                            return call.kept(Blob.EMPTY);
                        },
                        (from, kept) -> callApprovedBy(CAROL, Approvable.resumed(from, kept))),
                Attack.of("Hand in the word of a revoked approver", Denial.REVOKED, REVOCATION, from -> {
                    Signer gone = Signer.attacker();
                    Approvable call = Approvable.of(from, by(gone));
                    Revocations.revoke(from, gone.key());
                    return call.callWith(call.yes(gone));
                }),
                Attack.of("Use the approval of a revoked approver", Denial.APPROVAL_REQUIRED, REVOCATION, from -> {
                    Signer gone = Signer.attacker();
                    Approvable call = Approvable.of(from, by(gone));
                    call.approve(gone);
                    Revocations.revoke(from, gone.key());
                    return call.call();
                }));
    }

    private static List<Attack> desk() {
        return List.of(
                Attack.of(
                        "Hand in a word through the broker's socket",
                        Result.CLOSED.answer(),
                        List.of(Weakness.instead(Part.CORE, PROCESS, "broker", "admin")),
                        Approvals::throughTheBrokersSocket),
                Attack.of(
                        "Put more before approvers than they can read",
                        Denial.TOO_LARGE,
                        List.of(Weakness.answering(Part.CORE, DOCKET, "hasRoomFor", true)),
                        from -> asked(Approvable.of(from).with(Position.talk("x".repeat(Question.MAX_PARAMS))))),
                Attack.of(
                        "Fill the approvers' list as one principal, to leave no room for another's question",
                        STILL_ASKED,
                        List.of(Weakness.findingNothing(Part.CORE, DOCKET, "of")),
                        Approvals::fill));
    }

    private static Blob signed(Approvable call, String who, Word word) throws IOException {
        return call.approver(who).sign(Domain.APPROVAL, word.toBlob());
    }

    private static Admitted child(Position from, Approvable parent) throws IOException {
        return Position.begun(from.spawn(parent.context(), Blob.EMPTY));
    }

    /** One that can be made again when the kernel is another one: alice's key stays. */
    private static Approvable alices(Position from, Approval approval) throws IOException {
        return Approvable.of(from, from.honest().signer("alice"), approval);
    }

    /** An attack after a call of alice's that was approved once and made once. */
    private static Attack late(
            String name, String expected, List<Weakness> defence, Meanwhile meanwhile, Attack.Late strike) {
        return Attack.late(
                name,
                expected,
                defence,
                meanwhile,
                from -> {
                    Approvable call = alices(from, Approvable.approval(from, 1, SECONDS, 1));
                    return call.kept(call.approvedAndMade());
                },
                strike);
    }

    /** The core has forgotten the question, so it is asked first. */
    private static Result handInAgain(Position from, Blob kept) throws IOException {
        Approvable call = Approvable.resumed(from, kept);
        call.question();
        return call.callWith(Approvable.keptWord(kept));
    }

    /** By this one alone, for nine calls. */
    private static Approval by(Signer approver) throws IOException {
        return new Approval(1, List.of(approver.key()), SECONDS, 9, 0);
    }

    private static Result callApprovedBy(String who, Approvable call) throws IOException {
        call.approve(call.approver(who));
        return call.call();
    }

    /** An approver of what another tenant's principal does. */
    private static Result anotherGrantsApprover(Position from) throws IOException {
        Signer approver = from.honest().signer(Position.word());
        from.begin(from.plan()
                .issuer(from.honest().signer(Honest.RIVAL))
                .tenant(Honest.RIVAL)
                .approved(by(approver)));
        Approvable call = Approvable.of(from);
        return call.handIn(call.yes(approver));
    }

    /** About a call that nobody makes: where the socket takes it, there is none left to begin a transaction over. */
    private static Result throughTheBrokersSocket(Position from) throws IOException {
        Blob any = Plan.utf8("any").sha256();
        Word word = new Word(any, any, any, true, System.currentTimeMillis(), "");
        Blob signed = from.honest().sign(BOB, Domain.APPROVAL, word.toBlob());
        try (Line line = from.core()) {
            Cbor answer = line.ask(new AdminToCore.Answer(signed).toCbor());
            return Result.success("the core answered " + answer);
        } catch (IOException e) {
            return Result.CLOSED;
        }
    }

    /** A call that is refused until it is approved is put before approvers. */
    private static Result asked(Approvable call) throws IOException {
        return call.answer() instanceof Denied denied && denied.code() != Denial.APPROVAL_REQUIRED
                ? Result.refused(denied.code())
                : Result.success("approvers are asked");
    }

    private static Result fill(Position from) throws IOException {
        Approvable flooding = Approvable.of(from);
        for (int i = 0; i < MANY; i++) {
            flooding.with(Position.talk(Position.word())).call();
        }
        return asked(Approvable.of(from)).succeeded()
                ? Result.failed(STILL_ASKED)
                : Result.success("there is no room for others");
    }
}
