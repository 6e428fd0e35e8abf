package ambit.simulation;

import java.io.IOException;
import java.io.InputStream;

/** The product and the simulator as they were built, except for one mistake. */
final class MistakenBuild extends ClassLoader {
    private final Mistake mistake;

    MistakenBuild(Mistake mistake) {
        super(MistakenBuild.class.getClassLoader());
        this.mistake = mistake;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            return name.startsWith("ambit.") ? define(name) : super.loadClass(name, resolve);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = in.readAllBytes();
            byte[] made = name.equals(mistake.type()) ? mistake.in(bytes) : bytes;
            return defineClass(name, made, 0, made.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    /** What the simulator finds wrong with it, empty if nothing. */
    String find(long seed) {
        try {
            return (String) loadClass("ambit.simulation.Trial")
                    .getMethod("violation", long.class)
                    .invoke(null, seed);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
