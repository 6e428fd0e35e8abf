package ambit.attacks.hostile;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * The classes of one of Ambit's processes as they were built, except for what its weaknesses change. Several live side by side in one JVM,
 * so that a control costs the loading of some classes and not the start of a process.
 */
final class TestBuild extends URLClassLoader {
    private static final Map<Weakness.Part, ClassLoader> OTHERS = new ConcurrentHashMap<>();

    private final List<Weakness> weaknesses;

    private TestBuild(URL[] jars, ClassLoader others, List<Weakness> weaknesses) {
        super(jars, others);
        this.weaknesses = weaknesses;
    }

    /** The build of {@code part} in the distribution, with those of {@code weaknesses} that are its. */
    static TestBuild of(Path distribution, Weakness.Part part, List<Weakness> weaknesses) {
        File lib = distribution.resolve(part.title()).resolve("lib").toFile();
        // A native library loads into one class loader only, so all builds have one for what is not Ambit's; Corretto's
        // is left out.
        ClassLoader others = OTHERS.computeIfAbsent(
                part,
                _ -> new URLClassLoader(
                        jars(lib, name -> !name.startsWith("ambit-") && !name.startsWith("Amazon")),
                        ClassLoader.getPlatformClassLoader()));
        return new TestBuild(
                jars(lib, name -> name.startsWith("ambit-")),
                others,
                weaknesses.stream().filter(each -> each.part() == part).toList());
    }

    private static URL[] jars(File lib, Predicate<String> wanted) {
        File[] files = lib.listFiles((_, name) -> name.endsWith(".jar") && wanted.test(name));
        if (files == null) {
            throw new AssertionError("nothing was built in " + lib + "; run ./ambit test");
        }
        List<URL> urls = new ArrayList<>();
        try {
            for (File file : files) {
                urls.add(file.toURI().toURL());
            }
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
        return urls.toArray(URL[]::new);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        List<Weakness> mine =
                weaknesses.stream().filter(each -> each.type().equals(name)).toList();
        if (mine.isEmpty()) {
            return super.findClass(name);
        }
        byte[] weak = weakened(bytes(name), mine);
        return defineClass(name, weak, 0, weak.length);
    }

    private byte[] bytes(String name) throws ClassNotFoundException {
        try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    private byte[] weakened(byte[] original, List<Weakness> mine) {
        ClassFile format = ClassFile.of(
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(this)));
        byte[] bytes = original;
        for (Weakness weakness : mine) {
            AtomicInteger changes = new AtomicInteger();
            ClassModel model = format.parse(bytes);
            bytes = format.transformClass(model, (builder, element) -> {
                if (element instanceof MethodModel method
                        && method.methodName().equalsString(weakness.method())
                        && method.code().isPresent()) {
                    builder.transformMethod(
                            method,
                            java.lang.classfile.MethodTransform.transformingCode(
                                    weakness.edit().of(method, changes)));
                } else {
                    builder.with(element);
                }
            });
            if (changes.get() == 0) {
                throw new AssertionError("there is nothing to switch off: " + weakness.describe());
            }
        }
        return bytes;
    }
}
