package ambit.attacks.leak;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.attacks.Repository;
import ambit.attacks.hostile.Unmapped;
import ambit.retrieval.embedding.Embedding;
import ambit.retrieval.embedding.OnFirstUse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thousands of attempts of one principal's agent to get at what other tenants, other users, other transactions and namespaces that are not mapped
 * have, in memory and in the retriever of one running kernel. None gets a canary, and no answer says anything else than it did when there was nobody
 * else. The control is an application that keeps all of it together.
 *
 * <p>{@code scripts/leaks} makes ten thousand and writes the table into SECURITY.md.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class LeakSuiteTest {
    private static final int ATTEMPTS = Integer.getInteger("leaks.attempts", 135);
    private static final long SEED = Long.getLong("leaks.seed", 42);
    private static final String STORE = System.getProperty("leaks.store", "sqlite");
    private static final int EACH = Math.clamp(ATTEMPTS / 50, 5, 100);
    private static final int CRASHES = Math.clamp(ATTEMPTS / 500, 1, 40);

    private static final Map<Kind, Finding> KERNEL = new TreeMap<>();
    private static final Map<Kind, Finding> CONTROL = new TreeMap<>();

    private static final Embedding EMBEDDING = OnFirstUse.miniLm(2);

    @TempDir
    Path directory;

    @AfterAll
    static void tell() throws Exception {
        EMBEDDING.close();
        Figures figures = new Figures(ATTEMPTS, SEED, STORE, KERNEL, CONTROL);
        System.out.println(figures.table());
        if (Boolean.getBoolean("leaks.write") && STORE.equals("sqlite")) {
            figures.write(Repository.file("SECURITY.md"));
        }
    }

    private static List<Attempt> attempts() {
        return new Attempts(Neighbours.foreign(EACH, SEED), SEED).generate(ATTEMPTS);
    }

    @Test
    @Order(1)
    void noAttemptGetsACanaryOrAnAnswerThatOthersHaveToDoWith() throws Exception {
        try (Store store = Store.of(STORE);
                Neighbours neighbours = Neighbours.make(EACH, SEED, store.section())) {
            Answers answers = neighbours.attempt(attempts());
            KERNEL.putAll(Finding.of(answers));
            KERNEL.put(Kind.CRASHES, neighbours.crashes(CRASHES));
            Path state = neighbours.stopped();
            KERNEL.put(Kind.DISK, Disk.search(state, neighbours.log(), neighbours.planted(), EMBEDDING));
            if (store.files().isPresent()) {
                KERNEL.merge(
                        Kind.DISK,
                        Disk.search(store.files().get(), neighbours.log(), neighbours.planted(), EMBEDDING),
                        Finding::plus);
            }
            assertThat(answers.pairs())
                    .filteredOn(it -> it.leaked() || it.changed())
                    .isEmpty();
            // It was the attacker's own memory that was searched, and much of it came back.
            assertThat(answers.fruitful()).isGreaterThan(ATTEMPTS / 5);
        }
        assertThat(Finding.sum(KERNEL).leaks()).as("%s", KERNEL).isZero();
    }

    @Test
    @Order(2)
    void fromTheBrokersPlaceNothingOfAContextThatHasEndedIsReached() throws Exception {
        List<Plant> foreign = Neighbours.foreign(EACH, SEED);
        List<String> texts = Plant.some(Owner.BOB, "user/notes", false, EACH, SEED).stream()
                .map(Plant::text)
                .toList();
        int count = ATTEMPTS / 9;
        Unmapped found = Unmapped.tried(count, texts, Plant.WITNESS, new Attempts(foreign, SEED).names(count), SEED);
        KERNEL.put(Kind.BROKER, new Finding(found.attempts(), found.leaks(), 0));
        assertThat(found.leaks()).isZero();
        assertThat(found.readAlong()).isEqualTo(EACH);
    }

    @Test
    @Order(3)
    void whereAllIsKeptTogetherTheSameAttemptsLeak() throws Exception {
        List<Attempt> attempts = attempts();
        try (SharedApp app = new SharedApp(directory, EMBEDDING)) {
            app.plant(Neighbours.own(EACH, SEED));
            List<Answer> before = answers(attempts, app.answers(attempts));
            app.plant(Neighbours.foreign(EACH, SEED));
            List<Answer> after = answers(attempts, app.answers(attempts));
            CONTROL.putAll(Finding.of(new Answers(attempts, before, after)));
            int rounds = CRASHES;
            CONTROL.put(Kind.CRASHES, app.crashes(rounds, Plant.some(Owner.KILLED, "user/notes", false, EACH, SEED)));
        }
        List<Plant> all = new ArrayList<>(Neighbours.own(EACH, SEED));
        all.addAll(Neighbours.foreign(EACH, SEED));
        CONTROL.put(Kind.DISK, Disk.search(directory, Path.of("/none"), all, EMBEDDING));
        assertThat(Finding.sum(CONTROL).leaks()).isGreaterThan(ATTEMPTS / 20);
        assertThat(Finding.sum(CONTROL).changed()).isGreaterThan(ATTEMPTS / 4);
        // A few attempts of a kind may all be the wrong ones; and a key that is guessed right is kept apart there, too.
        if (ATTEMPTS >= 1_000) {
            assertThat(CONTROL)
                    .allSatisfy(
                            (kind, finding) -> assertThat(kind == Kind.KEYS || finding.leaks() + finding.changed() > 0)
                                    .as(kind.name())
                                    .isTrue());
        }
    }

    private static List<Answer> answers(List<Attempt> attempts, List<String> said) {
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < attempts.size(); i++) {
            // A child works in its parent's name there: what it gets is what it was not given.
            boolean child = attempts.get(i).kind() == Kind.CHILDREN;
            boolean own = said.get(i).contains(Plant.WITNESS);
            boolean leaked = said.get(i)
                    .replace(Plant.WITNESS + Owner.ALICE.letter(), child ? Plant.WITNESS : "")
                    .contains(Plant.WITNESS);
            answers.add(new Answer(attempts.get(i).number(), said.get(i), leaked, own, 0, ""));
        }
        return answers;
    }
}
