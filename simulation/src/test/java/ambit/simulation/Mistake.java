package ambit.simulation;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A mistake that somebody could make in the product, made in the built class while it is loaded: one method does not make one of its calls, and
 * goes on as if that had answered {@code answer}; or, where {@code call} is empty, does nothing at all.
 *
 * @param words what is wrong then
 * @param answer 0 also stands for null
 */
record Mistake(String words, String type, String method, String call, int answer) {
    private static final String CALLS = "ambit.core.Calls";

    static final List<Mistake> ALL = List.of(
            new Mistake("answers a call before it is durable", CALLS, "release", "awaitDurable", 0),
            new Mistake("answers an outcome before it is durable", CALLS, "prove", "awaitDurable", 0),
            new Mistake(
                    "answers a revocation before it is durable",
                    "ambit.core.Administration",
                    "revoke",
                    "awaitDurable",
                    0),
            new Mistake("commits before that is durable", "ambit.core.State", "recordDurably", "awaitDurable", 0),
            new Mistake("begins before that is durable", "ambit.core.Admission", "begin", "awaitDurable", 0),
            new Mistake("lets a permit go after a revocation", CALLS, "release", "alive", 0),
            new Mistake("takes a receipt twice", CALLS, "outcome", "remove", 0),
            new Mistake("forgets what was used when it starts", "ambit.core.History", "debit", "", 0),
            new Mistake("forgets which transactions there were", "ambit.core.Admission", "admissible", "seen", 0),
            new Mistake("forgets what time it was", "ambit.core.State", "<init>", "lastMs", 0),
            new Mistake("does not check the chain of hashes", "ambit.log.Records", "next", "equals", 1),
            new Mistake(
                    "does not look for a record with an altered length",
                    "ambit.log.Records",
                    "refuseHiddenRecord",
                    "",
                    0),
            new Mistake("cuts off whatever does not match", "ambit.log.Records", "next", "isUnwritten", 1),
            new Mistake(
                    "takes sectors that were never written for tampering",
                    "ambit.log.Records",
                    "next",
                    "isUnwritten",
                    0),
            new Mistake(
                    "goes on behind what is in the cache alone",
                    "ambit.log.GroupCommitJournal",
                    "settle",
                    "rewrite",
                    0),
            new Mistake("believes a snapshot that is not whole", "ambit.log.Snapshot", "read", "equals", 1),
            new Mistake("writes snapshots of nothing", "ambit.core.History", "sum", "forEach", 0),
            new Mistake("begins at a snapshot and reads nothing after it", "ambit.log.Records", "walk", "fill", 0));

    /** The class with the mistake in it. */
    byte[] in(byte[] original) {
        AtomicInteger changes = new AtomicInteger();
        ClassFile format = ClassFile.of();
        ClassModel model = format.parse(original);
        ClassTransform transform = (builder, element) -> {
            if (element instanceof MethodModel found && found.methodName().equalsString(method)) {
                builder.transformMethod(
                        found, MethodTransform.transformingCode(call.isEmpty() ? nothing(changes) : skipped(changes)));
            } else {
                builder.with(element);
            }
        };
        byte[] changed = format.transformClass(model, transform);
        if (changes.get() == 0) {
            throw new IllegalStateException("there is nothing to change any more: " + this);
        }
        return changed;
    }

    private static CodeTransform nothing(AtomicInteger changes) {
        return CodeTransform.ofStateful(() -> (code, _) -> {
            if (changes.getAndIncrement() == 0) {
                code.return_();
            }
        });
    }

    private CodeTransform skipped(AtomicInteger changes) {
        return (code, element) -> {
            if (!(element instanceof InvokeInstruction invoked)
                    || !invoked.name().equalsString(call)) {
                code.with(element);
                return;
            }
            changes.incrementAndGet();
            invoked.typeSymbol().parameterList().reversed().forEach(each -> {
                if (TypeKind.from(each).slotSize() == 2) {
                    code.pop2();
                } else {
                    code.pop();
                }
            });
            if (invoked.opcode() != Opcode.INVOKESTATIC) {
                code.pop();
            }
            switch (TypeKind.from(invoked.typeSymbol().returnType())) {
                case VOID -> {}
                case LONG -> code.loadConstant((long) answer);
                case REFERENCE -> code.aconst_null();
                default -> code.loadConstant(answer);
            }
        };
    }
}
