package ambit.fuzz;

import ambit.authority.Grant;
import ambit.log.entry.Entry;
import ambit.wire.Cbor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Everything that the one codec reads by itself: families of messages and records of their own, found where the product is. */
final class Types {
    private static final List<Class<? extends Cbor.Message>> ROOTS = found();

    private Types() {}

    static List<Class<? extends Cbor.Message>> roots() {
        return ROOTS;
    }

    private static List<Class<? extends Cbor.Message>> found() {
        List<Class<? extends Cbor.Message>> types = new ArrayList<>();
        for (Class<?> neighbour : List.of(Cbor.class, Grant.class, Entry.class)) {
            for (String name : classesBeside(neighbour)) {
                Class<?> type = load(name);
                boolean own = type.isInterface() ? type.isSealed() : type.isRecord() && !ofAFamily(type);
                if (Cbor.Message.class.isAssignableFrom(type) && own && readable(type)) {
                    types.add(type.asSubclass(Cbor.Message.class));
                }
            }
        }
        return types.stream()
                .distinct()
                .sorted(Comparator.comparing(Class::getName))
                .toList();
    }

    private static boolean ofAFamily(Class<?> type) {
        return Stream.of(type.getInterfaces()).anyMatch(Class::isSealed);
    }

    private static boolean readable(Class<?> type) {
        return java.lang.reflect.Modifier.isPublic(type.getModifiers()) && type.getEnclosingClass() == null;
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, Types.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> classesBeside(Class<?> type) {
        try {
            URI where = type.getProtectionDomain().getCodeSource().getLocation().toURI();
            if (!where.getPath().endsWith(".jar")) {
                return classes(Path.of(where));
            }
            try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + where), Map.of())) {
                return classes(jar.getPath("/"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> classes(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> root.relativize(file).toString().replace('/', '.'))
                    .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
                    .map(name -> name.substring(0, name.length() - ".class".length()))
                    .toList();
        }
    }
}
