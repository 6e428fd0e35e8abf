package ambit.attacks.leak;

import ambit.retrieval.embedding.Embedding;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.text.Normalizer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * The control: an application as one finds it, which keeps the memory of all tenants and users in one table with a column for the tenant, and their
 * documents in one index with fields for tenant and user. It always knows who asks, checks each name before it uses it, and puts in the filter
 * itself. Its mistakes are the usual ones, each made somewhere in the open: names are decoded and normalised after the check, values of filters are
 * pasted into an expression, rows are found by their id alone, a search ranks first and filters after, and its answers tell how much was found. Nothing
 * in it is broken for the sake of the test.
 */
final class SharedApp implements AutoCloseable {
    private static final int MOST = 200;

    private final Connection table;
    private final SharedIndex index;
    private final String tenant;
    private final String user;

    /** What alice of acme is served by. */
    SharedApp(Path directory, Embedding embedding) throws Exception {
        tenant = "acme";
        user = "alice";
        table = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("memory.db"));
        try (var statement = table.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute(
                    "CREATE TABLE memory (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, path TEXT NOT NULL COLLATE NOCASE, value TEXT NOT NULL)");
        }
        index = new SharedIndex(directory.resolve("index"), embedding);
    }

    void plant(List<Plant> plants) throws Exception {
        for (Plant plant : plants) {
            String tenant = plant.owner() == Owner.RIVAL ? "rival" : "acme";
            String user = plant.owner() == Owner.BOB || plant.owner() == Owner.VAULT ? "bob" : "alice";
            String holder = plant.namespace().startsWith("tenant/") && plant.owner() != Owner.VAULT ? "all" : user;
            if (plant.isDocument()) {
                index.add(plant, tenant, holder);
            } else {
                insert(tenant, holder + "/" + space(plant) + plant.name(), plant.text());
            }
        }
        index.commit();
    }

    /** What an earlier or another run of the same agent keeps for itself lies in a folder of its own. */
    private static String space(Plant plant) {
        return plant.namespace().isEmpty()
                ? "runs/" + plant.owner().letter() + "/"
                : plant.namespace().substring(plant.namespace().indexOf('/') + 1) + "/";
    }

    /** Keeps it at once, as applications do without a transaction around the whole run. */
    void insert(String tenant, String path, String value) throws SQLException {
        try (PreparedStatement insert =
                table.prepareStatement("INSERT INTO memory (tenant, path, value) VALUES (?, ?, ?)")) {
            insert.setString(1, tenant);
            insert.setString(2, path);
            insert.setString(3, value);
            insert.executeUpdate();
        }
    }

    /** All that it says. */
    String answer(Asked asked) {
        try {
            return switch (asked) {
                case Asked.Search search -> index.search(search, tenant, user);
                case Asked.Read(String key) ->
                    rows("SELECT value FROM memory WHERE tenant = ? AND path = ?", path(key));
                case Asked.Listing(String prefix) ->
                    rows(
                            "SELECT path, value FROM memory WHERE tenant = ? AND path LIKE ? || '%' ORDER BY path LIMIT "
                                    + MOST,
                            path(prefix));
                case Asked.ById(int id) -> byId(id);
            };
        } catch (Exception e) {
            return "error: " + e.getMessage();
        }
    }

    /** The row's number is all that one has to know; it is drawn at random, by who does not know which are his. */
    private String byId(int id) throws SQLException {
        try (PreparedStatement select = table.prepareStatement("SELECT value FROM memory WHERE id = ?")) {
            select.setInt(1, 1 + id % 1_000);
            return all(select);
        }
    }

    private String rows(String sql, String path) throws SQLException {
        try (PreparedStatement select = table.prepareStatement(sql)) {
            select.setString(1, tenant);
            select.setString(2, path);
            return all(select);
        }
    }

    private static String all(PreparedStatement select) throws SQLException {
        StringBuilder found = new StringBuilder();
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    found.append(rows.getString(i)).append('\n');
                }
            }
        }
        return found.isEmpty() ? "nothing" : found.toString();
    }

    /** Where the user's key lies: below the user, or with what all of the tenant have. Checked, then decoded, normalised and joined. */
    private String path(String key) {
        if (key.startsWith("/") || key.startsWith("../") || key.contains("/../")) {
            throw new IllegalArgumentException("not a key");
        }
        String decoded = key;
        try {
            decoded = URLDecoder.decode(key, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // It is no encoded one then.
        }
        String plain = Normalizer.normalize(decoded, Normalizer.Form.NFKC)
                .replaceAll("\\p{Cf}|\u0000.*", "")
                .replace('\\', '/')
                .toLowerCase(Locale.ROOT);
        boolean shared = plain.startsWith("tenant/");
        Deque<String> path = new ArrayDeque<>(List.of(shared ? "all" : user));
        for (String part : plain.replaceFirst("^(user|tenant)/", "").split("/", -1)) {
            switch (part) {
                case "", "." -> {}
                case ".." -> path.pollLast();
                default -> path.addLast(part);
            }
        }
        return String.join("/", path);
    }

    /** Its process is killed half way through what a run of bob's keeps; then bob looks what is there. As often as that. */
    Finding crashes(int rounds, List<Plant> plants) throws SQLException {
        int there = 0;
        for (int round = 0; round < rounds; round++) {
            String folder = "bob/notes/killed-" + round + "-";
            for (Plant plant : plants.subList(0, plants.size() / 2)) {
                insert(tenant, folder + plant.number(), plant.text());
            }
            for (Plant plant : plants) {
                String found = rows("SELECT value FROM memory WHERE tenant = ? AND path = ?", folder + plant.number());
                there += found.contains(Plant.WITNESS) ? 1 : 0;
            }
        }
        return new Finding(rounds * plants.size(), there, 0);
    }

    List<String> answers(List<Attempt> attempts) {
        List<String> answers = new ArrayList<>();
        attempts.forEach(attempt -> answers.add(answer(attempt.asked())));
        return answers;
    }

    @Override
    public void close() throws IOException, SQLException {
        index.close();
        table.close();
    }
}
