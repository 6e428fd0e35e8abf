package ambit.attacks.leak;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.json.JsonMapper;

/** Generates attempts: the same ones for the same seed. */
final class Attempts {
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> MODES = List.of("words", "meaning", "hybrid");
    private static final List<String> FOREIGN_SPACES = List.of(
            "tenant/vault",
            "user/notes",
            "tenant/handbook",
            "user/private",
            "tenant/shelf/../vault",
            "user/bob/library",
            "acme/bob/user/library",
            "rival/tenant/shelf",
            "*",
            "",
            "tenant",
            "tenant/*",
            "user/*",
            "user/library,tenant/vault",
            "user/library\u0000",
            "inherited");
    private static final List<String> NUMBERS = List.of(
            "100",
            "101",
            "1000",
            "2147483647",
            "2147483648",
            "9223372036854775808",
            "0",
            "-1",
            "1e9",
            "99.5",
            "\"100\"",
            "null",
            "[100]");
    private static final List<String> INJECTED = List.of(
            "x OR tenant:rival",
            "x) OR (tenant:rival",
            "* OR tenant:*",
            "' OR '1'='1",
            "x\" OR tenant:\"rival",
            "x) OR number:[0 TO *] OR (x",
            "rival' --",
            "x\u0000rival",
            "x) OR user:bob OR (x",
            "${tenant}",
            "{{tenant}}",
            "[* TO *]",
            "(rival OR acme)");

    private final List<Plant> plants;
    private final long seed;

    /** Attempts at these. */
    Attempts(List<Plant> plants, long seed) {
        this.plants = plants;
        this.seed = seed;
    }

    List<Attempt> generate(int count) {
        List<Kind> kinds =
                java.util.Arrays.stream(Kind.values()).filter(Kind::isGenerated).toList();
        List<Attempt> attempts = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            attempts.add(one(number, kinds.get(number % kinds.size()), new Random(seed * 1_000_003 + number)));
        }
        return attempts;
    }

    private Attempt one(int number, Kind kind, Random random) {
        Plant plant = plants.get(random.nextInt(plants.size()));
        return switch (kind) {
            case EXACT -> search(number, kind, query(plant.words(), 1 + random.nextInt(20), mode(random)), random);
            case NEIGHBOURS ->
                search(number, kind, query(neighbour(plant, random), 1 + random.nextInt(20), mode(random)), random);
            case BEYOND -> {
                String k = NUMBERS.get(random.nextInt(random.nextInt(3) == 0 ? NUMBERS.size() : 1));
                yield search(
                        number,
                        kind,
                        new Asked.Search(neighbour(plant, random), k, mode(random), "", List.of()),
                        random);
            }
            case FILTERS ->
                search(
                        number,
                        kind,
                        new Asked.Search(
                                neighbour(plant, random), "20", mode(random), filter(plant, random), List.of()),
                        random);
            case NAMESPACES ->
                search(
                        number,
                        kind,
                        new Asked.Search(plant.words(), "20", mode(random), "", List.of(space(plant, random))),
                        random);
            case KEYS -> keyed(number, kind, guessed(plant, random), random);
            case TRICKS -> keyed(number, kind, trick(plant, random), random);
            case REPLAYED -> replayed(number, kind, random);
            default ->
                random.nextBoolean()
                        ? keyed(
                                number,
                                kind,
                                random.nextBoolean() ? guessed(plant, random) : trick(plant, random),
                                random)
                        : search(number, kind, query(plant.words(), 20, "words"), random);
        };
    }

    private static String mode(Random random) {
        return MODES.get(random.nextInt(MODES.size()));
    }

    private static Asked.Search query(String text, int k, String mode) {
        return new Asked.Search(text, Integer.toString(k), mode, "", List.of());
    }

    private static String neighbour(Plant plant, Random random) {
        List<String> words = new ArrayList<>(List.of(plant.words().split(" ", -1)));
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(words.size());
            switch (random.nextInt(3)) {
                case 0 -> words.set(at, Plant.word(random));
                case 1 -> words.add(words.remove(at));
                default -> words.set(at, words.get(at) + "s");
            }
        }
        return String.join(" ", words);
    }

    private static String filter(Plant plant, Random random) {
        String injected = INJECTED.get(random.nextInt(INJECTED.size()));
        return switch (random.nextInt(8)) {
            case 0 -> json(Map.of("type", "eq", "key", "tenant", "value", "rival"));
            case 1 ->
                json(Map.of(
                        "type",
                        "eq",
                        "key",
                        "source",
                        "value",
                        plant.name().startsWith("case") ? "case-*" : plant.name()));
            case 2 -> json(Map.of("type", "gte", "key", "number", "value", 0));
            case 3 -> json(Map.of("type", "ne", "key", "holder", "value", "alice"));
            case 4 -> json(Map.of("type", "in", "key", "holder", "value", List.of("bob", "rival", injected)));
            case 5 ->
                json(Map.of(
                        "type",
                        "or",
                        "filters",
                        List.of(
                                Map.of("type", "eq", "key", "holder", "value", injected),
                                Map.of("type", "ne", "key", "holder", "value", "nobody"))));
            case 6 -> json(Map.of("type", "eq", "key", injected, "value", "x"));
            default -> json(Map.of("type", "eq", "key", "holder", "value", injected));
        };
    }

    private static String space(Plant plant, Random random) {
        String space = switch (random.nextInt(4)) {
            case 0 -> plant.namespace();
            case 1 -> INJECTED.get(random.nextInt(INJECTED.size()));
            default -> FOREIGN_SPACES.get(random.nextInt(FOREIGN_SPACES.size()));
        };
        return random.nextBoolean() ? space : Spellings.of(space, random);
    }

    /** Where somebody has something, as far as an attempt may know it. */
    private static String guessed(Plant plant, Random random) {
        String name = plant.name().startsWith("case") ? "case-" : plant.name();
        return plant.namespace().isEmpty() || random.nextInt(8) == 0 ? name : plant.namespace() + "/" + name;
    }

    private static String trick(Plant plant, Random random) {
        String tenant = plant.owner() == Owner.RIVAL ? "rival" : "acme";
        String user = plant.owner() == Owner.BOB || plant.owner() == Owner.VAULT ? "bob" : "alice";
        String key = guessed(plant, random);
        String full = random.nextBoolean() ? Spellings.absolute(tenant, user, key, random) : key;
        return random.nextInt(4) == 0 ? full : Spellings.of(full, random);
    }

    /** Names of what others have, and other spellings of them. */
    List<String> names(int count) {
        List<String> names = new ArrayList<>();
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            Plant plant = plants.get(random.nextInt(plants.size()));
            names.add(random.nextBoolean() ? guessed(plant, random) : trick(plant, random));
        }
        return names;
    }

    private static Attempt keyed(int number, Kind kind, String key, Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> tool(number, kind, new Asked.Listing(key), "memory.list", Map.of("prefix", key));
            case 1 -> tool(number, kind, new Asked.Listing(key), "memory.list", Map.of("after", key));
            case 2 -> tool(number, kind, new Asked.Read(key), "memory.history", Map.of("key", key));
            case 3 -> tool(number, kind, new Asked.Read(key), "memory.provenance", Map.of("key", key, "version", 1));
            default ->
                new Attempt(
                        number, kind, new Asked.Read(key), "POST", "/syscall/memory_read", json(Map.of("key", key)));
        };
    }

    private static Attempt tool(int number, Kind kind, Asked asked, String tool, Map<String, Object> params) {
        return tool(number, kind, asked, tool, json(params));
    }

    private static Attempt tool(int number, Kind kind, Asked asked, String tool, String params) {
        String body = "{\"handle\":\"@handle:" + tool + "@\",\"params\":" + params + "}";
        return new Attempt(number, kind, asked, "POST", "/syscall/tool_call", body);
    }

    private static Attempt search(int number, Kind kind, Asked.Search search, Random random) {
        if (search.namespaces().size() == 1 && search.filter().isEmpty() && random.nextInt(3) == 0) {
            String space = search.namespaces().getFirst();
            String id =
                    URLEncoder.encode(random.nextBoolean() ? space.replace('/', ':') : space, StandardCharsets.UTF_8);
            String body = json(Map.of("query", search.query(), "max_num_results", 20));
            return new Attempt(number, kind, search, "POST", "/v1/vector_stores/" + id + "/search", body);
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("query", search.query());
        members.put("mode", search.mode());
        if (!search.namespaces().isEmpty()) {
            members.put("namespaces", search.namespaces());
        }
        String some = json(members);
        String params = some.substring(0, some.length() - 1) + ",\"k\":" + search.k()
                + (search.filter().isEmpty() ? "" : ",\"filter\":" + search.filter()) + "}";
        return tool(number, kind, search, "retriever.search", params);
    }

    private static Attempt replayed(int number, Kind kind, Random random) {
        int at = random.nextInt(1_000_000);
        String id = "@id:" + at + "@";
        Asked asked = new Asked.ById(at);
        String key = json(Map.of("key", id + "/report-" + random.nextInt(20)));
        return switch (random.nextInt(9)) {
            case 0 ->
                new Attempt(
                        number,
                        kind,
                        asked,
                        "POST",
                        "/syscall/tool_call",
                        "{\"handle\":\"" + id + "\",\"params\":{\"query\":\"report\"}}");
            case 1 ->
                new Attempt(
                        number,
                        kind,
                        asked,
                        "POST",
                        "/syscall/spawn_child",
                        "{\"handle\":\"" + id + "\",\"input\":\"pass\"}");
            case 2 -> new Attempt(number, kind, asked, "POST", "/syscall/memory_read", key);
            case 3 -> tool(number, kind, asked, "memory.provenance", key);
            case 4 -> tool(number, kind, asked, "memory.review", json(Map.of("id", id, "approve", true, "why", "x")));
            case 5 ->
                new Attempt(
                        number, kind, asked, "POST", "/v1/vector_stores/" + id + "/search", "{\"query\":\"report\"}");
            case 6 -> new Attempt(number, kind, asked, "GET", "/v1/responses/" + id, "");
            case 7 ->
                tool(
                        number,
                        kind,
                        asked,
                        "retriever.search",
                        json(Map.of("query", "report", "namespaces", List.of(id))));
            default -> tool(number, kind, asked, "memory.list", json(Map.of("namespace", id)));
        };
    }

    private static String json(Object value) {
        return JSON.writeValueAsString(value);
    }
}
