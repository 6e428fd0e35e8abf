package ambit.faults;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The drivers with the class changed that talks to memory's database. What tests the tests is built with them. */
enum WeakDrivers {
    /** A commit is answered before it is on the disk. */
    EARLY,

    /** Each statement is committed by itself. */
    TORN;

    private static final Map<String, String> EARLY_WORDS = Map.of(
            "PRAGMA synchronous = FULL", "PRAGMA synchronous = OFF",
            "SET synchronous_commit = on", "SET synchronous_commit = off");
    private static final Map<String, String> TORN_WORDS = Map.of(
            "BEGIN IMMEDIATE", "SELECT 1",
            "COMMIT", "SELECT 1");

    /** Writes the class below {@code directory}, which is to stand before the drivers' own classes. */
    JavaProgram.Start in(Path directory, Store.Engine engine) throws IOException {
        String name = "ambit/drivers/memory/" + (engine == Store.Engine.SQLITE ? "SqliteDatabase" : "PostgresDatabase")
                + ".class";
        int[] changed = new int[1];
        try (InputStream original = WeakDrivers.class.getClassLoader().getResourceAsStream(name)) {
            if (original == null) {
                throw new IOException("memory's database is not " + name + " any more");
            }
            ClassFile format = ClassFile.of();
            ClassModel model = format.parse(original.readAllBytes());
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, format.transformClass(model, ClassTransform.transformingMethodBodies(weaken(changed))));
        }
        if (changed[0] == 0) {
            throw new IOException("there is nothing to weaken in " + name);
        }
        return JavaProgram.Start.built(directory);
    }

    private CodeTransform weaken(int[] changed) {
        Map<String, String> words = this == EARLY ? EARLY_WORDS : TORN_WORDS;
        return (code, element) -> {
            if (element instanceof ConstantInstruction constant && words.get(constant.constantValue()) != null) {
                code.loadConstant(words.get(constant.constantValue()));
                changed[0]++;
            } else if (this == TORN && isCall(element, "setAutoCommit")) {
                code.pop().iconst_1().with(element);
                changed[0]++;
            } else if (this == TORN && isCall(element, "commit")) {
                code.pop();
                changed[0]++;
            } else {
                code.with(element);
            }
        };
    }

    private static boolean isCall(Object element, String name) {
        return element instanceof InvokeInstruction call
                && call.name().equalsString(name)
                && call.owner().asInternalName().equals("java/sql/Connection");
    }
}
