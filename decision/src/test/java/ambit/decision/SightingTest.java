package ambit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SightingTest {
    private static final byte[] SOURCE = Naive.bytes("tool#field");
    private static final byte[] DIGEST = Naive.bytes("digest");

    @Test
    void aCallCountsOnceIfOneOfItsMarksCounts() {
        Sighting sighting = new Sighting(SOURCE, DIGEST, 7);
        assertThat(sighting.act()).isFalse();
        sighting.mark(true);
        sighting.mark(false);
        assertThat(sighting.act()).isTrue();
        assertThat(sighting.isFresh(1)).isFalse();
        assertThat(sighting.isFresh(2)).isTrue();
        assertThat(sighting.isFresh(0)).isTrue();
        sighting.mark(false);
        assertThat(sighting.act()).isTrue();
        assertThat(sighting.act()).isFalse();
        assertThat(sighting.isFresh(2)).isTrue();
    }

    @Test
    void aSightingIsFromItsSourceAlone() {
        Sighting sighting = new Sighting(SOURCE, DIGEST, 7);
        assertThat(sighting.is(SOURCE, DIGEST)).isTrue();
        assertThat(sighting.is(DIGEST, SOURCE)).isFalse();
        assertThat(sighting.origin()).isEqualTo(7);
    }

    @Test
    void whatIsJudgedByACopyHoldsUntilACallActs() {
        Sighting sighting = new Sighting(SOURCE, DIGEST, 7);
        Sighting copy = sighting.copy();
        copy.mark(true);
        assertThat(sighting.act()).as("the copy's mark is its own").isFalse();
        assertThat(sighting.agreesWith(copy)).isTrue();
        sighting.markAs(copy);
        assertThat(sighting.act()).isTrue();
        assertThat(sighting.agreesWith(copy)).as("a call acted meanwhile").isFalse();
        assertThat(sighting.agreesWith(sighting.copy())).as("without a mark").isTrue();
        assertThat(sighting.copy().isFresh(1)).as("a copy has the count").isFalse();
    }

    @Test
    void whoeverDoesNotActOnItDoesNotCareWhetherAnotherCallDid() {
        Sighting sighting = new Sighting(SOURCE, DIGEST, 7);
        Sighting copy = sighting.copy();
        sighting.mark(true);
        assertThat(sighting.act()).isTrue();
        assertThat(sighting.agreesWith(copy)).isTrue();
        copy.mark(false);
        assertThat(sighting.agreesWith(copy)).isFalse();
    }

    @Test
    void theOneThatFitsIsFoundWhereverItIs() {
        Received received = new Received();
        for (int i = 0; i < 40; i++) {
            assertThat(received.add(new Sighting(SOURCE, Naive.bytes("digest " + i), i)))
                    .isTrue();
        }
        for (int i = 0; i < 40; i++) {
            assertThat(received.find(SOURCE, Naive.bytes("digest " + i), 1)).isEqualTo(i);
        }
        assertThat(received.find(SOURCE, DIGEST, 1)).isEqualTo(-1);
    }
}
