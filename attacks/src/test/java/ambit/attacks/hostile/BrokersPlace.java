package ambit.attacks.hostile;

import ambit.attacks.Mode;
import ambit.attacks.Repository;
import ambit.attacks.Running;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.constant.ModuleDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * A copy of what was built, in which the broker's jar is another one of the same module and main class: that of {@link HostileBroker}. The
 * command that starts it is the product's, and knows nothing of it.
 */
final class BrokersPlace implements AutoCloseable {
    private static final String MAIN = "ambit.broker.Main";

    private final Path root;

    private BrokersPlace(Path root) {
        this.root = root;
    }

    /** Made for whoever calls the command in this mode, as if he had built it. */
    static BrokersPlace make(Mode mode) throws Exception {
        mode.prepare();
        Path root = Files.createTempDirectory(Path.of("/tmp"), "hb-");
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String name : List.of("ambit", "scripts/jdk", "target/dist")) {
            Repository.copyTree(Repository.file(name), root.resolve(name));
        }
        BrokersPlace made = new BrokersPlace(root);
        try (Stream<Path> jars = Files.list(made.program())) {
            for (Path jar : jars.filter(each -> each.getFileName().toString().startsWith("ambit-broker"))
                    .toList()) {
                Files.delete(jar);
            }
        }
        made.pack();
        if (mode.changesUser()) {
            Running.start(List.of("chown", "-R", Mode.USER + ":", root.toString()))
                    .finish()
                    .exits(0);
        }
        return made;
    }

    /** The command. */
    Path command() {
        return root.resolve("ambit");
    }

    /** Where the broker's jars are. */
    Path program() {
        return root.resolve("target/dist/broker/lib");
    }

    private void pack() throws IOException {
        Path jar = program().resolve("ambit-broker-hostile.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            add(entries, "module-info.class", module());
            add(entries, MAIN.replace('.', '/') + ".class", main());
            Path classes = Path.of(HostileBroker.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .getPath())
                    .resolve("ambit/attacks/hostile");
            try (Stream<Path> files = Files.list(classes)) {
                for (Path file : files.toList()) {
                    add(entries, "ambit/attacks/hostile/" + file.getFileName(), Files.readAllBytes(file));
                }
            }
        }
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private static void add(JarOutputStream jar, String name, byte[] content) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        jar.write(content);
        jar.closeEntry();
    }

    private static byte[] module() {
        return ClassFile.of()
                .buildModule(ModuleAttribute.of(
                        ModuleDesc.of("ambit.broker"),
                        module -> module.moduleFlags(AccessFlag.OPEN)
                                .requires(ModuleDesc.of("java.base"), List.of(AccessFlag.MANDATED), null)
                                .requires(ModuleDesc.of("ambit.wire"), List.of(), null)
                                .requires(ModuleDesc.of("ambit.authority"), List.of(), null)
                                .requires(ModuleDesc.of("ambit.boundary"), List.of(), null)));
    }

    /** A main class that is called as the broker's is, and calls the hostile one. */
    private static byte[] main() {
        MethodTypeDesc type = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String.arrayType());
        ClassDesc hostile = ClassDesc.of(HostileBroker.class.getName());
        return ClassFile.of()
                .build(
                        ClassDesc.of(MAIN),
                        builder -> builder.withFlags(AccessFlag.PUBLIC, AccessFlag.FINAL)
                                .withMethodBody(
                                        "main",
                                        type,
                                        ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC,
                                        code -> code.aload(0)
                                                .invokestatic(hostile, "main", type)
                                                .return_()));
    }

    @Override
    public void close() {
        Repository.delete(root);
    }
}
