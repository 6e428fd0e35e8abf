package ambit.attacks.hostile;

import static ambit.attacks.hostile.Defences.ENDING;
import static ambit.attacks.hostile.Defences.STATE;
import static ambit.attacks.hostile.Defences.all;
import static ambit.attacks.hostile.Defences.core;
import static ambit.attacks.hostile.Defences.revocation;

import ambit.attacks.hostile.Attack.Meanwhile;
import ambit.attacks.hostile.Weakness.Part;
import ambit.authority.Revocation;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Ended;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.End;
import ambit.wire.Syscall;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

/** What was taken back, stopped or ended. */
final class Revocations {
    private static final List<Weakness> COMMITTING =
            List.of(Weakness.constant(Part.CORE, ENDING, "mayCommit", "ambit.wire.End", "SUCCESS"));

    private Revocations() {}

    static Group group() {
        return new Group(
                "What is revoked, stopped or ended",
                List.of(
                        Attack.of("Call after the grant was revoked", Denial.REVOKED, revocation(), from -> {
                            Blob grant = from.plan().grant();
                            Admitted context = begin(from, grant);
                            revoke(from, grant.sha256());
                            return call(from, context);
                        }),
                        Attack.of("Begin a transaction over a revoked grant", Denial.REVOKED, revocation(), from -> {
                            Blob grant = from.plan().grant();
                            revoke(from, grant.sha256());
                            return Result.of(from.ask(from.plan().papers(grant).admit()));
                        }),
                        Attack.of("Call as the child of a revoked transaction", Denial.REVOKED, revocation(), from -> {
                            Admitted parent = from.begin(from.plan());
                            Admitted child = Position.begun(from.spawn(parent, Blob.EMPTY));
                            revoke(from, Blob.fromHex(parent.transaction()));
                            return call(from, child);
                        }),
                        Attack.of("Begin a child below a revoked transaction", Denial.REVOKED, revocation(), from -> {
                            Admitted parent = from.begin(from.plan());
                            revoke(from, Blob.fromHex(parent.transaction()));
                            return Result.of(from.spawn(parent, Blob.EMPTY));
                        }),
                        Attack.of(
                                "Remember something after the grant was revoked",
                                Denial.REVOKED,
                                revocation(),
                                from -> {
                                    Blob grant = from.plan().grant();
                                    Admitted context = begin(from, grant);
                                    revoke(from, grant.sha256());
                                    return Result.of(
                                            from.memory(context, Syscall.MEMORY_WRITE, "{\"key\":\"a\",\"value\":1}"));
                                }),
                        Attack.of(
                                "Begin a transaction with a revoked principal's key",
                                Denial.REVOKED,
                                revocation(),
                                from -> {
                                    Signer gone = Signer.attacker();
                                    Plan plan = from.plan().holder(gone);
                                    from.begin(plan);
                                    revoke(from, gone.key());
                                    return Result.of(from.ask(plan.papers().admit()));
                                }),
                        Attack.of(
                                "Begin a transaction over a grant of an earlier generation",
                                Denial.REVOKED,
                                revocation(),
                                Revocations::earlierGeneration),
                        Attack.of(
                                "Have calls under way while the grant is revoked",
                                "0 permits",
                                revocation(),
                                Revocations::underWay),
                        Attack.of("Commit after the grant was revoked", "nothing is kept", COMMITTING, from -> {
                            Blob grant = from.plan().grant();
                            Admitted context = begin(from, grant);
                            from.remember(context, Syscall.MEMORY_WRITE, "{\"key\":\"a\",\"value\":1}");
                            revoke(from, grant.sha256());
                            return Time.kept((Ended) from.end(context, End.SUCCESS));
                        }),
                        Attack.late(
                                "Begin a transaction over a revoked grant after the core was killed",
                                Denial.REVOKED.name(),
                                revocation(),
                                Meanwhile.CORE_IS_KILLED,
                                from -> {
                                    Blob grant = from.plan().grant();
                                    revoke(from, grant.sha256());
                                    return grant;
                                },
                                (from, grant) -> Result.of(
                                        from.ask(from.plan().papers(grant).admit()))),
                        Attack.of(
                                "Call after the transaction was stopped",
                                Denial.CONTEXT_ENDED,
                                core(STATE, "alive", "CONTEXT_ENDED"),
                                from -> {
                                    Admitted context = from.begin(from.plan());
                                    stop(from, context);
                                    return call(from, context);
                                }),
                        Attack.of("Commit after the transaction was stopped", "nothing is kept", COMMITTING, from -> {
                            Admitted context = from.begin(from.plan());
                            from.remember(context, Syscall.MEMORY_WRITE, "{\"key\":\"a\",\"value\":1}");
                            stop(from, context);
                            return Time.kept((Ended) from.end(context, End.SUCCESS));
                        }),
                        Attack.of(
                                "Call after the transaction has ended",
                                Denial.CONTEXT_ENDED,
                                all(
                                        core(STATE, "alive", "CONTEXT_ENDED"),
                                        List.of(Weakness.nothing(Part.CORE, ENDING, "forget"))),
                                from -> {
                                    Admitted context = from.begin(from.plan());
                                    from.end(context, End.SUCCESS);
                                    return call(from, context);
                                }),
                        Attack.of(
                                "End a transaction twice, to commit it twice",
                                Denial.CONTEXT_ENDED,
                                all(
                                        core(ENDING, "finish", "CONTEXT_ENDED"),
                                        core(STATE, "alive", "CONTEXT_ENDED"),
                                        List.of(Weakness.nothing(Part.CORE, ENDING, "forget"))),
                                from -> {
                                    Admitted context = from.begin(from.plan());
                                    from.end(context, End.SUCCESS);
                                    return Result.of(from.end(context, End.SUCCESS));
                                }),
                        Attack.of(
                                "Go on as a child whose parent has ended (PIC: lineage lock)",
                                Denial.CONTEXT_ENDED,
                                List.of(Weakness.nothing(Part.CORE, ENDING, "finishQuietly")),
                                from -> {
                                    Admitted parent = from.begin(from.plan());
                                    Admitted child = Position.begun(from.spawn(parent, Blob.EMPTY));
                                    from.end(parent, End.SUCCESS);
                                    return call(from, child);
                                })));
    }

    private static Admitted begin(Position from, Blob grant) throws IOException {
        return Position.begun(from.ask(from.plan().papers(grant).admit()));
    }

    private static Result call(Position from, Admitted context) throws IOException {
        return Result.of(from.call(context, "model.chat", Position.talk("x")));
    }

    static void revoke(Position from, Blob target) throws IOException {
        Revocation words =
                new Revocation(Honest.TENANT, target, "a test", Instant.now().getEpochSecond());
        Blob signed = from.honest().sign(Honest.TENANT, Domain.REVOCATION, words.toBlob());
        if (!(from.honest().command(new AdminToCore.Revoke(signed)) instanceof CoreToAdmin.Revoked)) {
            throw new IllegalStateException("nothing was revoked");
        }
    }

    private static void stop(Position from, Admitted context) throws IOException {
        if (!(from.honest().command(new AdminToCore.Stop(context.transaction(), "attack"))
                instanceof CoreToAdmin.Stopped)) {
            throw new IllegalStateException("nothing was stopped");
        }
    }

    /** Of the other tenant, for it would end everything of this one. */
    private static Result earlierGeneration(Position from) throws IOException {
        CoreToAdmin registered = from.honest()
                .command(new AdminToCore.Register(Honest.RIVAL, from.honest().key(Honest.RIVAL)));
        long generation = ((CoreToAdmin.Registered) registered).generation();
        Plan plan = from.plan()
                .issuer(from.honest().signer(Honest.RIVAL))
                .tenant(Honest.RIVAL)
                .generation(generation);
        Blob grant = plan.grant();
        Position.begun(from.ask(plan.papers(grant).admit()));
        Revocation words = new Revocation(
                Honest.RIVAL,
                Revocation.before(generation + 1),
                "a test",
                Instant.now().getEpochSecond());
        Blob signed = from.honest().sign(Honest.RIVAL, Domain.REVOCATION, words.toBlob());
        from.honest().command(new AdminToCore.Revoke(signed));
        return Result.of(from.ask(plan.papers(grant).admit()));
    }

    private static Result underWay(Position from) throws IOException {
        Blob grant = from.plan().grant();
        Admitted context = begin(from, grant);
        AtomicBoolean revoked = new AtomicBoolean();
        List<Callable<Long>> tasks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            tasks.add(() -> {
                long after = 0;
                for (int late = 0; late < 3; ) {
                    boolean before = !revoked.get();
                    boolean through = from.askApart(new ambit.wire.BrokerToCore.Decide(
                                    context.context(),
                                    Syscall.TOOL_CALL,
                                    Position.handle(context, "model.chat"),
                                    Position.talk("x")))
                            instanceof Permitted;
                    late += before ? 0 : 1;
                    after += through && !before ? 1 : 0;
                }
                return after;
            });
        }
        tasks.add(() -> {
            revoke(from, grant.sha256());
            revoked.set(true);
            return 0L;
        });
        long after = Position.together(tasks).stream().mapToLong(each -> each).sum();
        return after == 0 ? Result.failed("0 permits") : Result.success(after + " permits");
    }
}
