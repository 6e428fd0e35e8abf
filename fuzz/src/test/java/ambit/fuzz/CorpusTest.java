package ambit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.wire.Cbor;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** Every input that once was interesting, in every build. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class CorpusTest {
    @TestFactory
    Stream<DynamicTest> everyInputOfTheCorpusIsHandledAsItsTargetSays() {
        return Target.all().entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> replay(entry.getKey(), entry.getValue())));
    }

    private static void replay(String name, Target target) throws IOException {
        for (byte[] input : Corpus.of(name)) {
            check(name, target, input);
        }
    }

    private static void check(String name, Target target, byte[] input) {
        try {
            Bounded.check(target, input);
        } catch (IOException | RuntimeException | AssertionError | StackOverflowError e) {
            throw new AssertionError(name + " on " + java.util.HexFormat.of().formatHex(input), e);
        }
    }

    /** Where a target has no corpus yet, or an old one: what its seeds are made of. */
    @TestFactory
    Stream<DynamicTest> everySeedIsHandledAsItsTargetSays() {
        return Target.all().entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(
                        entry.getKey(),
                        () -> Seeds.of(entry.getKey()).forEach(it -> check(entry.getKey(), entry.getValue(), it))));
    }

    @Test
    void everyRecordComesBackWhateverIsInIt() throws IOException {
        for (Class<? extends Cbor.Message> type : Types.roots()) {
            Samples samples = new Samples(new SplittableRandom(type.getName().hashCode()));
            for (int i = 0; i < 50; i++) {
                Cbor.Message sample = samples.message(type);
                assertThat(Cbor.parse(type, sample.toBlob())).isEqualTo(sample);
            }
        }
    }

    @Test
    void theCorpusIsFound() throws IOException {
        for (String target : List.of("cbor", "json", "arguments", "socket", "BrokerToCore", "Grant")) {
            assertThat(Corpus.of(target)).as(target).isNotEmpty();
        }
    }

    @Test
    void theFamiliesAndRecordsAreFound() {
        assertThat(Types.roots().stream().map(Class::getSimpleName))
                .contains("BrokerToCore", "BrokerToDriver", "DriverToCore", "AdminToCore", "CoreToBroker", "Entry")
                .contains("Grant", "Request", "Delegation", "Less", "Share", "Permit", "Receipt", "Proof", "Revocation")
                .contains("AgentSpec", "CoreConfig");
    }
}
