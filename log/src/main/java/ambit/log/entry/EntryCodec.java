package ambit.log.entry;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.MalformedException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

/** A record is the array of its components in their order; an entry has the number of its kind before them. */
final class EntryCodec {
    /** The tag of a kind is its place here, from 1. Only ever appended to. */
    private static final List<Class<? extends Entry>> KINDS = List.of(
            Entry.Boot.class,
            Entry.TenantRegistered.class,
            Entry.GrantSeen.class,
            Entry.Admitted.class,
            Entry.Spawned.class,
            Entry.Denied.class,
            Entry.Allowed.class,
            Entry.Outcome.class,
            Entry.GuestEvent.class,
            Entry.CommitIntended.class,
            Entry.Ended.class,
            Entry.Revoked.class,
            Entry.Recovered.class,
            Entry.Wrote.class);

    private EntryCodec() {}

    static byte[] encode(Entry entry) {
        List<Object> fields = components((Record) entry);
        fields.addFirst(KINDS.indexOf(entry.getClass()) + 1);
        return Cbor.encode(Cbor.array(fields.toArray()));
    }

    private static List<Object> components(Record value) {
        List<Object> fields = new ArrayList<>();
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            try {
                fields.add(plain(component.getAccessor().invoke(value)));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
        return fields;
    }

    private static Object plain(Object value) {
        return switch (value) {
            case List<?> list -> list.stream().map(EntryCodec::plain).toList();
            case Record inner -> components(inner);
            default -> value;
        };
    }

    static Entry decode(byte[] bytes) throws MalformedException {
        if (Cbor.decode(bytes) instanceof Cbor.Array(List<Cbor> items)
                && !items.isEmpty()
                && items.getFirst() instanceof Cbor.Int(long tag)
                && tag >= 1
                && tag <= KINDS.size()) {
            return (Entry) record(KINDS.get((int) tag - 1), items.subList(1, items.size()));
        }
        throw new MalformedException("unknown kind of entry");
    }

    private static Object record(Class<?> kind, List<Cbor> items) throws MalformedException {
        RecordComponent[] components = kind.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        if (items.size() != components.length) {
            throw new MalformedException("wrong number of fields");
        }
        for (int i = 0; i < values.length; i++) {
            types[i] = components[i].getType();
            values[i] = fromCbor(components[i].getGenericType(), items.get(i));
        }
        try {
            return kind.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            throw new MalformedException("field out of its range");
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object fromCbor(Type type, Cbor value) throws MalformedException {
        return switch (value) {
            case Cbor.Int(long number) when type == long.class -> number;
            case Cbor.Int(long number) when type == int.class && (int) number == number -> (int) number;
            case Cbor.Bool(boolean bool) when type == boolean.class -> bool;
            case Cbor.Text(String text) when type == String.class -> text;
            case Cbor.Bytes(Blob blob) when type == Blob.class -> blob;
            case Cbor.Array(List<Cbor> items)
            when type instanceof Class<?> kind && kind.isRecord() -> record(kind, items);
            case Cbor.Array(List<Cbor> items)
            when type instanceof ParameterizedType list -> {
                List<Object> values = new ArrayList<>();
                for (Cbor item : items) {
                    values.add(fromCbor(list.getActualTypeArguments()[0], item));
                }
                yield List.copyOf(values);
            }
            default -> throw new MalformedException("field of a wrong type");
        };
    }
}
