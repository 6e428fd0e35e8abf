package ambit.fuzz;

import ambit.authority.Bitmap;
import ambit.authority.Constraint;
import ambit.wire.Blob;
import ambit.wire.Bounds;
import ambit.wire.Cbor;
import ambit.wire.MalformedException;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Random records of any type that the codec reads, made from their declarations; the same seed makes the same ones. */
final class Samples {
    private static final int TRIES = 500;
    private static final String[] PATHS = {"a", "b", "a/b", "a/*", "a/*/b"};
    private static final String[] TEXTS = {
        "", "a", "/", "/a", "/a/b", "1", "1.5", "*", "a.b", "*.b", "10.0.0.0/8", "::/0", "https://a.b/c", "http://*.b/"
    };

    private final SplittableRandom random;
    private int depth;

    Samples(SplittableRandom random) {
        this.random = random;
    }

    /** One that is well formed. */
    Cbor.Message message(Class<?> type) {
        String refusal = "";
        for (int i = 0; i < TRIES; i++) {
            try {
                Cbor.Message made = attempt(type);
                Cbor.parse(made.getClass(), made.toBlob());
                return made;
            } catch (MalformedException e) {
                refusal = String.valueOf(e.getMessage());
            }
        }
        throw new IllegalStateException("no sample of " + type + " is well formed: " + refusal);
    }

    private Cbor.Message attempt(Class<?> type) throws MalformedException {
        if (type == Constraint.class) {
            return constraint();
        }
        if (type.isSealed()) {
            return message(pick(type.getPermittedSubclasses()));
        }
        depth++;
        try {
            RecordComponent[] components = type.getRecordComponents();
            Object[] values = new Object[components.length];
            Class<?>[] types = new Class<?>[components.length];
            for (int i = 0; i < values.length; i++) {
                types[i] = components[i].getType();
                values[i] = component(components[i]);
            }
            return (Cbor.Message) type.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            throw new MalformedException(String.valueOf(e.getTargetException().getMessage()));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        } finally {
            depth--;
        }
    }

    private Object component(RecordComponent component) {
        return switch (component.getName()) {
            case "drop" -> Bitmap.of(List.of(random.nextInt(8), random.nextInt(16)));
            case "holder" -> CoseTarget.key(1).publicKey();
            case "status" -> 0;
            case "target" -> bytes(pick(new Integer[] {8, 16, 32}));
            default -> value(component.getAnnotatedType());
        };
    }

    private Object value(AnnotatedType type) {
        if (type instanceof AnnotatedParameterizedType generic) {
            AnnotatedType[] arguments = generic.getAnnotatedActualTypeArguments();
            AnnotatedType element = arguments[arguments.length - 1];
            Object family = ((ParameterizedType) generic.getType()).getRawType();
            if (family == Optional.class) {
                return random.nextBoolean() ? Optional.empty() : Optional.of(value(element));
            }
            List<Object> elements = elements(type, element);
            if (family == List.class) {
                return elements;
            }
            TreeMap<String, Object> map = new TreeMap<>();
            elements.forEach(it -> map.put("k" + map.size(), it));
            return map;
        }
        return plain((Class<?>) type.getType(), type);
    }

    private List<Object> elements(AnnotatedType type, AnnotatedType element) {
        List<Object> elements = new ArrayList<>();
        Bounds.Max max = type.getAnnotation(Bounds.Max.class);
        boolean deep = depth > 3 && element.getType() instanceof Class<?> it && Cbor.Message.class.isAssignableFrom(it);
        int most = Math.min(4, max == null ? 4 : max.value() + 1);
        for (int n = deep ? 0 : random.nextInt(most); n > 0; n--) {
            elements.add(value(element));
        }
        return elements;
    }

    private Object plain(Class<?> type, AnnotatedType how) {
        if (Cbor.Message.class.isAssignableFrom(type)) {
            return message(type);
        }
        if (type.isEnum()) {
            return pick(type.getEnumConstants());
        }
        return switch (type.getSimpleName()) {
            case "int" -> (int) number(how, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "long", "Long" -> number(how, Long.MIN_VALUE, Long.MAX_VALUE);
            case "boolean" -> random.nextBoolean();
            case "String" -> text();
            case "Blob" -> blob(how);
            case "Cbor" -> Cbor.of(random.nextLong());
            case "Path" -> Path.of("/a/" + random.nextInt(9));
            case "URI" -> URI.create("http://a.b/" + random.nextInt(9));
            case "Duration" -> Duration.ofMillis(1 + random.nextInt(9));
            default -> throw new IllegalStateException("no sample of " + type);
        };
    }

    private long number(AnnotatedType how, long least, long most) {
        Bounds.Range range = how.getAnnotation(Bounds.Range.class);
        long from = range == null ? least : Math.max(least, range.from());
        long to = range == null ? most : Math.min(most, range.to());
        return switch (random.nextInt(4)) {
            case 0 -> from;
            case 1 -> to;
            default -> from <= 0 && to > 100 ? random.nextInt(100) : to == from ? from : random.nextLong(from, to);
        };
    }

    private Blob blob(AnnotatedType how) {
        boolean id = how.isAnnotationPresent(Bounds.Bytes16.class);
        boolean hash = how.isAnnotationPresent(Bounds.Bytes32.class);
        if ((id || hash) && !(how.isAnnotationPresent(Bounds.OrEmpty.class) && random.nextInt(3) == 0)) {
            return bytes(id ? 16 : 32);
        }
        return id || hash ? Blob.EMPTY : bytes(random.nextInt(6));
    }

    Blob bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return Blob.of(bytes);
    }

    private String text() {
        return random.nextInt(3) == 0 ? pick(TEXTS) : "n" + random.nextInt(1000) + (random.nextInt(9) == 0 ? "€" : "");
    }

    private Constraint constraint() {
        List<Cbor> operands = new ArrayList<>();
        for (int n = random.nextInt(3); n > 0; n--) {
            operands.add(
                    switch (random.nextInt(8)) {
                        case 0 -> new Cbor.Null();
                        case 1 -> Cbor.of(random.nextBoolean());
                        case 2, 3 -> Cbor.of(random.nextInt(-2, 4));
                        default -> Cbor.of(pick(TEXTS));
                    });
        }
        return new Constraint(pick(PATHS), pick(Constraint.Kind.values()), operands, random.nextBoolean());
    }

    <T> T pick(T[] from) {
        return from[random.nextInt(from.length)];
    }
}
