package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A transaction poisons memory, others build on it: found by its name, and undone, through the whole kernel and on either store. */
final class PoisonedMemoryTest {
    private static Configuration configuration() {
        return Configuration.usual()
                .principal("alice", "probe", "held", "warden")
                .agent("held", "remembers: {user/notes: {access: read-write, review: true}}")
                .agent("warden", """
                        may-use:
                          memory.list: {where: any}
                          memory.provenance: {where: any}
                          memory.pending: {where: any}
                          memory.review: {where: any}
                          memory.undo: {where: any}
                        remembers: {user/notes: [read, review]}
                        """);
    }

    @Test
    void inTheKernelsOwnFile() throws Exception {
        try (Installation ambit = Installation.make(Mode.best(), configuration())) {
            ambit.up();
            search(ambit);
            poisonAndUndo(ambit);
            holdAndReview(ambit);
        }
    }

    @Test
    void inPostgresql() throws Exception {
        Path work = Path.of("target/postgres").toAbsolutePath();
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(work.toFile())
                .start()) {
            String store = "memory:\n  store: {at: \"postgresql://127.0.0.1:" + server.getPort()
                    + "/postgres\", user: postgres}\n";
            try (Installation ambit =
                    Installation.make(Mode.best(), configuration().section(store))) {
                ambit.up();
                poisonAndUndo(ambit);
                holdAndReview(ambit);
                try (var files = Files.walk(ambit.state())) {
                    assertThat(files.map(file -> file.getFileName().toString())).doesNotContain("memory.db");
                }
            }
            try (var connection = server.getPostgresDatabase().getConnection();
                    var statement = connection.createStatement();
                    var rows =
                            statement.executeQuery("SELECT count(*) FROM entry_version WHERE length(value_box) > 0")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getLong(1)).isGreaterThanOrEqualTo(4);
            }
        }
    }

    /** The control is the same answer without the provider's search: its entry is as far as its namespace and no farther. */
    private static void search(Installation ambit) throws Exception {
        guest(ambit, "probe", "assert chat('hi')['status'] == 200; write('user/notes/found', 1)");
        guest(
                ambit,
                "probe",
                "assert chat('hi', web_search_options={})['status'] == 200; write('user/notes/searched', 1)");
        JsonNode labels = guest(
                ambit,
                "warden",
                "say(of=[tool('memory.provenance', key='user/notes/' + k)['result']['trust'] for k in ('found', 'searched')])");
        assertThat(labels.get("of").toString()).isEqualTo("[\"user\",\"tool\"]");
    }

    private static void poisonAndUndo(Installation ambit) throws Exception {
        guest(ambit, "probe", "write('user/notes/fact', 'good')");
        guest(ambit, "probe", "tool('exact.echo', text='x'); write('user/notes/fact', 'POISON')");
        guest(ambit, "probe", "write('user/notes/made', read('user/notes/fact')['value'] + ' repeated')");
        JsonNode found = guest(ambit, "warden", "say(it=tool('memory.provenance', key='user/notes/fact')['result'])");
        assertThat(found.get("it").get("trust").asString()).isEqualTo("tool");
        assertThat(found.get("it").get("tools").get(0).get("capability").asString())
                .isEqualTo("exact.echo");
        String transaction = found.get("it").get("writer").get("transaction").asString();
        JsonNode undone = guest(
                        ambit, "warden", "say(it=tool('memory.undo', transaction='" + transaction + "')['result'])")
                .get("it");
        assertThat(undone.get("count").asInt()).isEqualTo(2);
        assertThat(undone.get("undone").get(1).get("key").asString()).isEqualTo("user/notes/made");
        assertThat(undone.get("undone").get(1).get("path").get(0).get("key").asString())
                .isEqualTo("user/notes/fact");
        JsonNode after = guest(
                ambit, "probe", "say(fact=read('user/notes/fact')['value'], made=read('user/notes/made')['value'])");
        assertThat(after.get("fact").asString()).isEqualTo("good");
        assertThat(after.get("made").isNull()).isTrue();
    }

    private static void holdAndReview(Installation ambit) throws Exception {
        Outcome held =
                ambit.guest("alice", "held", "write('user/notes/held', 'new')").exits(0);
        assertThat(held.err()).contains("held user/notes/held for review, as version 1");
        assertThat(guest(ambit, "probe", "say(it=read('user/notes/held')['value'])")
                        .get("it")
                        .isNull())
                .isTrue();
        guest(ambit, "warden", """
                waits = tool('memory.pending')['result']['pending']
                assert [each['new'] for each in waits] == ['new'], waits
                assert tool('memory.review', id=waits[0]['id'], approve=True, why='read it')['ok']
                """);
        assertThat(guest(ambit, "probe", "say(it=read('user/notes/held')['value'])")
                        .get("it")
                        .asString())
                .isEqualTo("new");
    }

    private static JsonNode guest(Installation ambit, String agent, String program) throws Exception {
        return ambit.guest("alice", agent, program).exits(0).said();
    }
}
