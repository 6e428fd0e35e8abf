package ambit.attacks.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ambit.attacks.Mode;
import ambit.attacks.Repository;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * An attacker's program in the broker's place, in the broker's boundary, against the core and the drivers as they are. Everything it tries
 * fails; and everything succeeds where the one defence that it meets is switched off, so that none fails for another reason.
 *
 * <p>{@code ./ambit test -pl attacks -am -Dtest=HostileBrokerTest -Dsurefire.failIfNoSpecifiedTests=false -Dtable.write=true} writes the
 * table of it into SECURITY.md.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class HostileBrokerTest {
    private static final int CONTROLS_AT_ONCE = 3;

    private static final Map<Attack, Result> ATTACKED = new LinkedHashMap<>();
    private static final Map<Attack, Result> CONTROLLED = new LinkedHashMap<>();

    @TestFactory
    @Order(1)
    Stream<DynamicTest> fromTheBrokersPlaceItFails() throws Exception {
        boolean verified;
        try (Siege siege = new Siege(Mode.best())) {
            ATTACKED.putAll(siege.all());
            verified = siege.logVerifies();
        }
        return Stream.concat(
                tests(ATTACKED, HostileBrokerTest::assertRefused),
                Stream.of(dynamicTest(
                        "The log verifies after all of it",
                        () -> assertThat(verified).isTrue())));
    }

    /** Started by root, the machine's other users are kept apart by their uids too; an ordinary user's kernel has none to tell apart. */
    @TestFactory
    @Order(2)
    Stream<DynamicTest> fromTheBrokersPlaceOfAnOrdinaryUsersKernelTheMachineIsOutOfReach() throws Exception {
        try (Siege siege = new Siege(Mode.ORDINARY)) {
            return tests(siege.ofTheMachine(), HostileBrokerTest::assertRefused).toList().stream();
        }
    }

    @TestFactory
    @Order(3)
    Stream<DynamicTest> withItsDefenceSwitchedOffItSucceeds() throws Exception {
        CONTROLLED.putAll(controls());
        return tests(
                CONTROLLED,
                (attack, result) -> assertThat(result.succeeded())
                        .as("%s, in a test build with %s: %s", attack.name(), attack.defence(), result.answer())
                        .isTrue());
    }

    /** The ground of the controls is a sound one: what fails in the broker's place fails there too, except what only the boundary holds. */
    @TestFactory
    @Order(4)
    Stream<DynamicTest> withEveryDefenceOnItFailsOutsideOfTheBoundaryToo() throws Exception {
        List<Attack> attacks = Battery.all().stream()
                .filter(attack -> !attack.isOfTheBoundary() && attack.meanwhile() == Attack.Meanwhile.NOTHING)
                .toList();
        try (Upstream upstream = new Upstream()) {
            return tests(controls(upstream, attacks, List.of()), HostileBrokerTest::assertRefused).toList().stream();
        }
    }

    @Test
    @Order(5)
    void theTableInSecurityMdSaysWhatCameOfIt() throws Exception {
        assertThat(ATTACKED.keySet()).as("all of this class must run").isEqualTo(CONTROLLED.keySet());
        new Table(Repository.file("SECURITY.md")).check(Table.of(ATTACKED, CONTROLLED));
    }

    private static Stream<DynamicTest> tests(Map<Attack, Result> results, Judgement judgement) {
        return results.entrySet().stream()
                .map(each -> dynamicTest(each.getKey().name(), () -> judgement.judge(each.getKey(), each.getValue())));
    }

    @FunctionalInterface
    private interface Judgement {
        void judge(Attack attack, Result result);
    }

    private static void assertRefused(Attack attack, Result result) {
        assertThat(result).as(attack.name()).isEqualTo(Result.failed(attack.expected()));
    }

    /** One ground for all attacks that one defence holds off. */
    private static Map<Attack, Result> controls() throws Exception {
        Map<List<Weakness>, List<Attack>> byDefence = new LinkedHashMap<>();
        Battery.all()
                .forEach(attack -> byDefence
                        .computeIfAbsent(attack.defence(), _ -> new ArrayList<>())
                        .add(attack));
        Map<Attack, Result> results = new LinkedHashMap<>();
        try (Upstream upstream = new Upstream();
                ExecutorService threads = Executors.newFixedThreadPool(CONTROLS_AT_ONCE)) {
            List<Callable<Map<Attack, Result>>> tasks = new ArrayList<>();
            byDefence.forEach((defence, attacks) -> tasks.add(() -> controls(upstream, attacks, defence)));
            for (Future<Map<Attack, Result>> done : threads.invokeAll(tasks)) {
                results.putAll(done.get());
            }
        }
        Map<Attack, Result> inOrder = new LinkedHashMap<>();
        Battery.all().forEach(attack -> inOrder.put(attack, results.getOrDefault(attack, Result.failed("not run"))));
        return inOrder;
    }

    private static Map<Attack, Result> controls(Upstream upstream, List<Attack> attacks, List<Weakness> defence)
            throws Exception {
        Map<Attack, Result> results = new LinkedHashMap<>();
        try (Ground ground = Ground.of(defence, upstream)) {
            for (Attack attack : attacks) {
                results.put(attack, ground.run(attack));
            }
        }
        return results;
    }
}
