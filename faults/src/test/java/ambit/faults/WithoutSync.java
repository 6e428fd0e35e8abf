package ambit.faults;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.nio.file.Files;
import java.nio.file.Path;

/** The class that writes the log, changed so that nothing of it is ever forced to the disk. What tests the tests is built with it. */
final class WithoutSync {
    private static final String WRITER = "ambit/log/FileStorage.class";

    private WithoutSync() {}

    /** Writes the class below {@code directory}, which is to stand before the core's own classes. */
    static Path in(Path directory) throws IOException {
        int[] changed = new int[1];
        CodeTransform dropForce = (code, element) -> {
            if (element instanceof InvokeInstruction call && call.name().equalsString("force")) {
                code.pop().pop();
                changed[0]++;
            } else {
                code.with(element);
            }
        };
        try (InputStream original = WithoutSync.class.getClassLoader().getResourceAsStream(WRITER)) {
            if (original == null) {
                throw new IOException("the log is not written by " + WRITER + " any more");
            }
            ClassFile format = ClassFile.of();
            ClassModel model = format.parse(original.readAllBytes());
            Path file = directory.resolve(WRITER);
            Files.createDirectories(file.getParent());
            Files.write(file, format.transformClass(model, ClassTransform.transformingMethodBodies(dropForce)));
        }
        if (changed[0] == 0) {
            throw new IOException("nothing is forced to the disk by " + WRITER);
        }
        return directory;
    }
}
