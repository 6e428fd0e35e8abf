package ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.Json;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/reference/log-json.md lists each kind of entry with exactly the members that it has. */
class DocumentedEntriesTest {
    private static final Pattern ROW = Pattern.compile("\\| `([a-zA-Z]+)` \\| ((?:`[a-zA-Z]+`(?:, )?)*) \\|.*");

    @Test
    void theReferenceListsEachKindWithItsMembersInTheirOrderAndNoOther() throws Exception {
        Map<String, List<String>> code = new LinkedHashMap<>();
        for (Class<?> kind : Entry.class.getPermittedSubclasses()) {
            Json.Obj json = (Json.Obj) new LogLine(7, (Entry) sample(kind)).json();
            List<String> members = List.copyOf(json.members().keySet());
            assertThat(members.subList(0, 3)).containsExactly("index", "atMs", "kind");
            code.put(LogLine.kind(kind), members.subList(3, members.size()));
        }
        assertThat(documented()).isEqualTo(code);
    }

    private static Map<String, List<String>> documented() throws IOException {
        Path reference = Path.of(System.getProperty("ambit.root", ".."), "docs/reference/log-json.md");
        String kinds = Files.readString(reference).split("## Kinds", 2)[1].split("\n## ", 2)[0];
        Map<String, List<String>> documented = new LinkedHashMap<>();
        for (String line : kinds.lines().toList()) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                documented.put(
                        row.group(1),
                        Arrays.stream(row.group(2).split(", ", -1))
                                .map(it -> it.replace("`", ""))
                                .toList());
            }
        }
        return documented;
    }

    /** A record with something in every component. */
    private static Object sample(Class<?> kind) throws ReflectiveOperationException {
        RecordComponent[] components = kind.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(components[i].getGenericType());
        }
        var constructor = kind.getDeclaredConstructor(
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
        return constructor.newInstance(values);
    }

    private static Object value(Type type) throws ReflectiveOperationException {
        if (type instanceof ParameterizedType list) {
            return List.of(value(list.getActualTypeArguments()[0]));
        }
        if (type == long.class || type == Long.class) {
            return 1L;
        }
        if (type == int.class || type == Integer.class) {
            return 1;
        }
        if (type == boolean.class) {
            return true;
        }
        if (type == String.class) {
            return "x";
        }
        if (type == Blob.class) {
            return Blob.of(new byte[32]);
        }
        return sample((Class<?>) type);
    }
}
