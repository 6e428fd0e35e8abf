package ambit.attacks.hostile;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One defence that is switched off: one method of one class is changed while it is loaded into a {@link TestBuild}. The product has no
 * place for this; a weakness that no longer finds what it changes fails its test.
 *
 * @param type the class's full name
 * @param words what is not done any more, for the table
 */
record Weakness(Part part, String type, String method, String words, Edit edit) {
    /** Whose class path the class is on. */
    enum Part {
        CORE,
        DRIVERS,
        BROKER;

        String title() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Makes the change, and counts what it changed. */
    @FunctionalInterface
    interface Edit {
        CodeTransform of(MethodModel method, AtomicInteger changes);
    }

    private static final ClassDesc INTEGER = ClassDesc.of("java.lang.Integer");
    private static final ClassDesc OBJECT = ClassDesc.of("java.lang.Object");

    /** Such as {@code core: Admission.admit without REPLAYED}. */
    String describe() {
        String simple = type.substring(type.lastIndexOf('.') + 1).replace('$', '.');
        return part.title() + ": `" + simple + "." + method + "` " + words;
    }

    /** The method does nothing. */
    static Weakness nothing(Part part, String type, String method) {
        return new Weakness(part, type, method, "does nothing", (_, changes) -> body(changes, CodeBuilder::return_));
    }

    /** The method answers this, whatever it is asked. */
    static Weakness answering(Part part, String type, String method, boolean answer) {
        return new Weakness(
                part,
                type,
                method,
                "is always " + answer,
                (_, changes) ->
                        body(changes, code -> code.loadConstant(answer ? 1 : 0).ireturn()));
    }

    /** The method answers this number. */
    static Weakness answering(Part part, String type, String method, int answer) {
        return new Weakness(
                part,
                type,
                method,
                "is always " + answer,
                (model, changes) -> body(changes, code -> {
                    TypeKind kind = TypeKind.from(model.methodTypeSymbol().returnType());
                    if (kind == TypeKind.LONG) {
                        code.loadConstant((long) answer);
                    } else {
                        code.loadConstant(answer);
                    }
                    code.return_(kind);
                }));
    }

    /** The method gives back its first argument unseen. */
    static Weakness passing(Part part, String type, String method) {
        return new Weakness(
                part,
                type,
                method,
                "looks at nothing",
                (model, changes) -> body(
                        changes,
                        code -> code.aload(model.flags().has(AccessFlag.STATIC) ? 0 : 1)
                                .areturn()));
    }

    /** The method gives back the object that it is called on as it is. */
    static Weakness unchanged(Part part, String type, String method) {
        return new Weakness(
                part,
                type,
                method,
                "changes nothing",
                (_, changes) -> body(changes, code -> code.aload(0).areturn()));
    }

    /** The list that the method answers is always empty. */
    static Weakness findingNothing(Part part, String type, String method) {
        ClassDesc list = ClassDesc.of("java.util.List");
        return new Weakness(
                part,
                type,
                method,
                "finds nothing",
                (_, changes) -> body(
                        changes,
                        code -> code.invokestatic(list, "of", MethodTypeDesc.of(list), true)
                                .areturn()));
    }

    /** The method goes on as if its first argument were no bytes. */
    static Weakness ignoring(Part part, String type, String method, String argument) {
        ClassDesc blob = ClassDesc.of("ambit.wire.Blob");
        return new Weakness(part, type, method, "ignores its " + argument, (model, changes) -> new CodeTransform() {
            @Override
            public void atStart(CodeBuilder code) {
                code.getstatic(blob, "EMPTY", blob).astore(model.flags().has(AccessFlag.STATIC) ? 0 : 1);
                changes.incrementAndGet();
            }

            @Override
            public void accept(CodeBuilder code, CodeElement element) {
                code.with(element);
            }
        });
    }

    /** The method answers nothing where it would answer this denial. */
    static Weakness overlooking(Part part, String type, String method, String denial) {
        return new Weakness(
                part, type, method, "overlooks " + denial, (_, changes) -> new Overlooking(denial, changes));
    }

    /** The method answers this constant of an enum. */
    static Weakness constant(Part part, String type, String method, String of, String name) {
        ClassDesc answer = ClassDesc.of(of);
        return new Weakness(
                part,
                type,
                method,
                "is always " + name,
                (_, changes) -> body(
                        changes, code -> code.getstatic(answer, name, answer).areturn()));
    }

    /** The method does what another one of its class does, which takes the same. */
    static Weakness instead(Part part, String type, String method, String other) {
        return new Weakness(
                part,
                type,
                method,
                "serves as `" + other + "`",
                (model, changes) -> body(changes, code -> {
                    code.aload(0).aload(1).invokevirtual(ClassDesc.of(type), other, model.methodTypeSymbol());
                    code.return_();
                }));
    }

    /** The method goes on where it would throw an exception made with this constant: a denial's name, or a sentence. */
    static Weakness without(Part part, String type, String method, String marker) {
        String words = "without " + (marker.contains(" ") ? "“" + marker + "”" : marker);
        return new Weakness(part, type, method, words, (_, changes) -> new WithoutThrow(marker, changes));
    }

    /** Where the method calls this, the answer is taken for granted. */
    static Weakness assuming(Part part, String type, String method, String called, boolean answer) {
        return assuming(part, type, method, called, answer ? 1 : 0, Boolean.toString(answer));
    }

    /** The same of a number. */
    static Weakness assuming(Part part, String type, String method, String called, int answer) {
        return assuming(part, type, method, called, answer, Integer.toString(answer));
    }

    private static Weakness assuming(Part part, String type, String method, String called, int answer, String inWords) {
        String words = "takes `" + called + "` for " + inWords;
        return new Weakness(part, type, method, words, (_, changes) -> (code, element) -> {
            if (element instanceof InvokeInstruction call && isCalled(call, called)) {
                call.typeSymbol().parameterList().reversed().forEach(each -> pop(code, each));
                if (call.opcode() != Opcode.INVOKESTATIC) {
                    code.pop();
                }
                code.loadConstant(answer);
                changes.incrementAndGet();
            } else {
                code.with(element);
            }
        });
    }

    private static boolean isCalled(InvokeInstruction call, String called) {
        String owner = call.owner().asInternalName();
        return called.equals(
                owner.substring(owner.lastIndexOf('/') + 1) + "." + call.name().stringValue());
    }

    private static void pop(CodeBuilder code, ClassDesc type) {
        if (TypeKind.from(type).slotSize() == 2) {
            code.pop2();
        } else {
            code.pop();
        }
    }

    /** A map that is asked for what it has not got answers this number. */
    static Weakness knowing(Part part, String type, String method, int number) {
        return new Weakness(
                part, type, method, "takes the unknown for number " + number, (_, changes) -> (code, element) -> {
                    if (element instanceof InvokeInstruction call && isCalled(call, "Map.get")) {
                        code.loadConstant(number)
                                .invokestatic(
                                        INTEGER, "valueOf", MethodTypeDesc.of(INTEGER, ClassDesc.ofDescriptor("I")));
                        code.invokeinterface(
                                ClassDesc.of("java.util.Map"),
                                "getOrDefault",
                                MethodTypeDesc.of(OBJECT, OBJECT, OBJECT));
                        changes.incrementAndGet();
                    } else {
                        code.with(element);
                    }
                });
    }

    /** What would run on a thread of its own runs here. */
    static Weakness onThisThread(Part part, String type, String method) {
        return new Weakness(part, type, method, "serves on the accepting thread", (_, changes) -> (code, element) -> {
            if (element instanceof InvokeInstruction call
                    && call.name().stringValue().equals("start")
                    && call.typeSymbol().parameterCount() == 1) {
                code.invokeinterface(
                        ClassDesc.of("java.lang.Runnable"), "run", MethodTypeDesc.of(ClassDesc.ofDescriptor("V")));
                changes.incrementAndGet();
            } else {
                code.with(element);
            }
        });
    }

    private static CodeTransform body(AtomicInteger changes, java.util.function.Consumer<CodeBuilder> instead) {
        return new CodeTransform() {
            @Override
            public void atStart(CodeBuilder code) {
                instead.accept(code);
                changes.incrementAndGet();
            }

            @Override
            public void accept(CodeBuilder code, CodeElement element) {
                // Nothing of it stays.
            }
        };
    }

    /** Pops exceptions that are about to be thrown, and what {@code Refused.when} takes, if the marker was loaded since the last one. */
    private static final class WithoutThrow implements CodeTransform {
        private final String marker;
        private final AtomicInteger changes;
        private boolean seen;

        WithoutThrow(String marker, AtomicInteger changes) {
            this.marker = marker;
            this.changes = changes;
        }

        @Override
        public void accept(CodeBuilder code, CodeElement element) {
            if (element instanceof ThrowInstruction && seen) {
                code.pop();
                changes.incrementAndGet();
                seen = false;
                return;
            }
            if (element instanceof InvokeInstruction call && isCalled(call, "Refused.when")) {
                if (seen) {
                    call.typeSymbol().parameterList().reversed().forEach(each -> pop(code, each));
                    changes.incrementAndGet();
                } else {
                    code.with(element);
                }
                seen = false;
                return;
            }
            seen = switch (element) {
                case ThrowInstruction _ -> false;
                case FieldInstruction field ->
                    seen || field.name().stringValue().equals(marker);
                case ConstantInstruction constant ->
                    seen || constant.constantValue().equals(marker);
                default -> seen;
            };
            code.with(element);
        }
    }

    /** Where the denial is about to be made an optional, there is none. */
    private static final class Overlooking implements CodeTransform {
        private static final ClassDesc OPTIONAL = ClassDesc.of("java.util.Optional");

        private final String denial;
        private final AtomicInteger changes;
        private boolean loaded;

        Overlooking(String denial, AtomicInteger changes) {
            this.denial = denial;
            this.changes = changes;
        }

        @Override
        public void accept(CodeBuilder code, CodeElement element) {
            boolean overlooked = loaded && element instanceof InvokeInstruction call && isCalled(call, "Optional.of");
            loaded = element instanceof FieldInstruction field && field.name().equalsString(denial);
            if (overlooked) {
                code.pop().invokestatic(OPTIONAL, "empty", MethodTypeDesc.of(OPTIONAL));
                changes.incrementAndGet();
            } else {
                code.with(element);
            }
        }
    }
}
