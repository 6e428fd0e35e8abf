package ambit.wire;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The one codec of messages, artifacts and log entries: the bytes of a record follow from its declaration.
 *
 * <p>A {@link Cbor.Message} is the array of its components in their order; where it is one kind of a sealed interface, the number of its
 * kind, from 1 in the order of declaration, stands before them. A {@link Cbor.Artifact} is the map {@code {1: …, 2: …}} of its
 * components. A component too few, too many, of another type or out of its {@link Bounds} is a {@link MalformedException}.
 */
final class Codec {
    /** Reads one value of one type within its bounds. */
    private interface Reader {
        Object read(Cbor value) throws MalformedException;
    }

    /** How a record is written and read. {@code tag} is 0 where it is no kind of anything. */
    private record Plan(
            long tag, boolean artifact, List<Method> accessors, List<Reader> readers, Constructor<?> maker) {}

    private static final ClassValue<Plan> PLANS = once(Codec::plan);

    /** Of a sealed interface; the platform finds them anew whenever it is asked. */
    private static final ClassValue<List<Class<?>>> KINDS = once(type -> List.of(type.getPermittedSubclasses()));

    private Codec() {}

    private static <T> ClassValue<T> once(Function<Class<?>, T> compute) {
        return new ClassValue<>() {
            @Override
            protected T computeValue(Class<?> type) {
                return compute.apply(type);
            }
        };
    }

    private static Plan plan(Class<?> type) {
        List<Method> accessors = new ArrayList<>();
        List<Reader> readers = new ArrayList<>();
        List<Class<?>> types = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            accessors.add(component.getAccessor());
            readers.add(reader(component.getAnnotatedType()));
            types.add(component.getType());
        }
        try {
            Constructor<?> maker = type.getDeclaredConstructor(types.toArray(Class<?>[]::new));
            accessors.forEach(accessor -> accessor.setAccessible(true));
            maker.setAccessible(true);
            return new Plan(tag(type), Cbor.Artifact.class.isAssignableFrom(type), accessors, readers, maker);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long tag(Class<?> type) {
        for (Class<?> family : type.getInterfaces()) {
            if (family.isSealed() && Cbor.Message.class.isAssignableFrom(family)) {
                return Arrays.asList(family.getPermittedSubclasses()).indexOf(type) + 1L;
            }
        }
        return 0;
    }

    static Cbor write(Cbor.Message message) {
        Plan plan = PLANS.get(message.getClass());
        int tags = plan.tag > 0 ? 1 : 0;
        Object[] fields = new Object[tags + plan.accessors.size()];
        if (tags > 0) {
            fields[0] = plan.tag;
        }
        try {
            for (int i = 0; i < plan.accessors.size(); i++) {
                fields[tags + i] = plan.accessors.get(i).invoke(message);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
        return plan.artifact ? Cbor.record(fields) : Cbor.array(fields);
    }

    /** Reads a record, or the kind of a sealed interface that its number says. */
    static <T> T read(Class<T> type, Cbor value) throws MalformedException {
        Class<?> kind = type;
        if (type.isInterface()) {
            List<Class<?>> kinds = KINDS.get(type);
            long tag = value instanceof Cbor.Array(List<Cbor> items)
                            && !items.isEmpty()
                            && items.getFirst() instanceof Cbor.Int(long number)
                    ? number
                    : 0;
            if (tag < 1 || tag > kinds.size()) {
                throw new MalformedException("unknown kind of message");
            }
            kind = kinds.get((int) tag - 1);
        }
        return type.cast(record(PLANS.get(kind), value));
    }

    private static Object record(Plan plan, Cbor value) throws MalformedException {
        List<Cbor> fields = plan.artifact ? entries(value) : items(value);
        if (plan.tag > 0) {
            if (fields.isEmpty() || !fields.getFirst().equals(Cbor.of(plan.tag))) {
                throw new MalformedException("another kind of message than expected");
            }
            fields = fields.subList(1, fields.size());
        }
        if (fields.size() != plan.readers.size()) {
            throw new MalformedException("unknown or missing field");
        }
        Object[] arguments = new Object[fields.size()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = plan.readers.get(i).read(fields.get(i));
        }
        return made(plan.maker, arguments);
    }

    private static Object made(Constructor<?> maker, Object[] arguments) throws MalformedException {
        try {
            Object made = maker.newInstance(arguments);
            ((Cbor.Message) made).check();
            return made;
        } catch (InvocationTargetException e) {
            throw new MalformedException(String.valueOf(e.getTargetException().getMessage()));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Cbor> items(Cbor value) throws MalformedException {
        if (!(value instanceof Cbor.Array(List<Cbor> items))) {
            throw new MalformedException("expected an array");
        }
        return items;
    }

    private static List<Cbor> entries(Cbor value) throws MalformedException {
        if (!(value instanceof Cbor.Map(List<Cbor.Entry> entries))) {
            throw new MalformedException("expected a map");
        }
        List<Cbor> values = new ArrayList<>(entries.size());
        for (Cbor.Entry entry : entries) {
            values.add(entry.value());
            if (!entry.key().equals(Cbor.of(values.size()))) {
                throw new MalformedException("unknown or missing key");
            }
        }
        return values;
    }

    private static Reader reader(AnnotatedType type) {
        if (type instanceof AnnotatedParameterizedType generic) {
            AnnotatedType[] arguments = generic.getAnnotatedActualTypeArguments();
            Reader element = reader(arguments[arguments.length - 1]);
            Object family = ((ParameterizedType) generic.getType()).getRawType();
            int most = most(type, Limits.LIVE);
            if (family == Optional.class) {
                return value -> value.equals(Cbor.of(0)) ? Optional.empty() : Optional.of(element.read(value));
            }
            return family == List.class ? value -> list(value, most, element) : value -> map(value, most, element);
        }
        Class<?> plain = (Class<?>) type.getType();
        if (plain == int.class || plain == long.class || plain == Long.class) {
            return number(plain, type.getAnnotation(Bounds.Range.class));
        }
        if (plain == Blob.class) {
            return bytes(type);
        }
        int most = most(type, Limits.NAME);
        return value -> scalar(plain, most, value);
    }

    private static int most(AnnotatedElement type, int otherwise) {
        Bounds.Max max = type.getAnnotation(Bounds.Max.class);
        return max == null ? otherwise : max.value();
    }

    private static Reader number(Class<?> type, Bounds.@org.jspecify.annotations.Nullable Range range) {
        boolean narrow = type == int.class;
        long least = range == null ? narrow ? Integer.MIN_VALUE : Long.MIN_VALUE : range.from();
        long given = range == null ? Long.MAX_VALUE : range.to();
        long most = narrow ? Math.min(given, Integer.MAX_VALUE) : given;
        return value -> {
            if (!(value instanceof Cbor.Int(long number)) || number < least || number > most) {
                throw new MalformedException("expected an integer in its range");
            }
            return narrow ? (Object) (int) number : (Object) number;
        };
    }

    private static Reader bytes(AnnotatedElement type) {
        boolean id = type.isAnnotationPresent(Bounds.Bytes16.class);
        int size = id ? Limits.ID : type.isAnnotationPresent(Bounds.Bytes32.class) ? Limits.HASH : -1;
        boolean orEmpty = type.isAnnotationPresent(Bounds.OrEmpty.class);
        int most = most(type, Limits.ARTIFACT);
        return value -> {
            if (value instanceof Cbor.Bytes(Blob blob)
                    && (size < 0 ? blob.size() <= most : blob.size() == size || (orEmpty && blob.isEmpty()))) {
                return blob;
            }
            throw new MalformedException("expected a byte string within its limit");
        };
    }

    private static Object scalar(Class<?> type, int most, Cbor value) throws MalformedException {
        if (type == Cbor.class) {
            return value;
        }
        if (Cbor.Message.class.isAssignableFrom(type)) {
            return read(type, value);
        }
        return switch (value) {
            case Cbor.Bool(boolean yes) when type == boolean.class -> yes;
            case Cbor.Text(String text) when text.length() <= most -> text(type, text);
            case Cbor.Int(long number) when type == Duration.class && number > 0 -> Duration.ofMillis(number);
            case Cbor.Int(long number) when type.isEnum() -> constant(type, number);
            default -> throw new MalformedException("expected another type, or a text within its limit");
        };
    }

    private static Object text(Class<?> type, String text) throws MalformedException {
        try {
            if (type == String.class) {
                return text;
            }
            if (type == Path.class && Path.of(text).toString().equals(text)) {
                return Path.of(text);
            }
            if (type == URI.class) {
                return URI.create(text);
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedException("not a path or an address");
        }
        throw new MalformedException("expected no text, or a path in its one spelling");
    }

    private static Object constant(Class<?> type, long number) throws MalformedException {
        for (Object constant : type.getEnumConstants()) {
            if (((Numbered) constant).number() == number) {
                return constant;
            }
        }
        throw new MalformedException("unknown number of a constant");
    }

    private static List<Object> list(Cbor value, int most, Reader element) throws MalformedException {
        List<Object> list = new ArrayList<>();
        for (Cbor item : items(value)) {
            list.add(element.read(item));
        }
        if (list.size() > most) {
            throw new MalformedException("an array beyond its limit");
        }
        return List.copyOf(list);
    }

    /** A map whose keys are names. */
    private static SortedMap<String, Object> map(Cbor value, int most, Reader element) throws MalformedException {
        if (!(value instanceof Cbor.Map(List<Cbor.Entry> entries)) || entries.size() > most) {
            throw new MalformedException("expected a map within its limit");
        }
        SortedMap<String, Object> map = new TreeMap<>();
        for (Cbor.Entry entry : entries) {
            map.put((String) scalar(String.class, Limits.NAME, entry.key()), element.read(entry.value()));
        }
        return map;
    }
}
