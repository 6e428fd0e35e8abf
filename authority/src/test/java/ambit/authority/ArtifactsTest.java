package ambit.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.authority.Constraint.Kind;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Denial;
import ambit.wire.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ArtifactsTest {
    private static final Blob ID = Blob.fromHex("11".repeat(16));
    private static final Blob HASH = Blob.fromHex("22".repeat(32));
    private static final Blob HOLDER = Blob.fromHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");

    private static final Cap GIT_LOG = new Cap(
            "git.git_log",
            Cap.TOOL,
            "mcp",
            Cap.USE | Cap.DELEGATE | Cap.READ,
            10,
            List.of(
                    new Constraint("repo_path", Kind.EQ, List.of(Cbor.of("/repo")), false),
                    new Constraint("max_count", Kind.MAX, List.of(Cbor.of(50)), true)),
            false,
            HASH);
    private static final Grant GRANT = new Grant(
            "acme",
            ID,
            HOLDER,
            1_800_000_000,
            1_800_003_600,
            2,
            "agent",
            List.of(GIT_LOG),
            List.of(new Memory("own", 3, 1024)));
    private static final Narrowing NARROWING =
            new Narrowing(0, List.of(new Constraint("max_count", Kind.MIN, List.of(Cbor.of(1)), true)), 3, true);
    private static final Request REQUEST = new Request(
            HASH,
            ID,
            1_800_000_001,
            1_800_000_600,
            "agent",
            HASH,
            Bitmap.of(List.of(1, 9)),
            List.of(NARROWING),
            List.of(new Request.Inherit("t-1", "summary")),
            HASH);
    private static final Delegation DELEGATION = new Delegation(
            HASH,
            ID,
            1_800_000_600,
            Blob.EMPTY,
            List.of(NARROWING),
            List.of(NARROWING),
            "child",
            HASH,
            List.of(),
            List.of());
    private static final Permit PERMIT =
            new Permit(ID, "mcp", ID, 7, "git.git_log", HASH, 1_800_000_010_000L, Blob.EMPTY, 1, 1 << 20);
    private static final Receipt RECEIPT =
            new Receipt(ID, HASH, HASH, Denial.DRIVER_FAILED.number(), 1_800_000_010_500L, 42);
    private static final Proof PROOF = new Proof(ID, 7, HASH, HASH, 0, 99, "t-1", Blob.EMPTY);
    private static final Revocation REVOCATION = new Revocation("acme", ID, "key lost", 1_800_000_700);

    private interface Parser {
        Object parse(Blob payload) throws MalformedException;
    }

    private record Kindred(Cbor.Message artifact, Parser parser) {}

    private static List<Kindred> all() {
        return List.of(
                new Kindred(GRANT, Grant::parse),
                new Kindred(REQUEST, Request::parse),
                new Kindred(DELEGATION, Delegation::parse),
                new Kindred(PERMIT, Permit::parse),
                new Kindred(RECEIPT, Receipt::parse),
                new Kindred(PROOF, Proof::parse),
                new Kindred(REVOCATION, Revocation::parse));
    }

    private static Blob encoded(Cbor cbor) {
        return Blob.of(Cbor.encode(cbor));
    }

    @Test
    void everyArtifactComesBackFromItsBytes() throws Exception {
        for (Kindred kindred : all()) {
            Blob bytes = encoded(kindred.artifact().toCbor());
            assertThat(kindred.parser().parse(bytes)).isEqualTo(kindred.artifact());
        }
    }

    @Test
    void aMissingOrUnknownKeyIsRefused() {
        for (Kindred kindred : all()) {
            List<Cbor.Entry> entries = ((Cbor.Map) kindred.artifact().toCbor()).entries();
            for (int i = 0; i < entries.size(); i++) {
                List<Cbor.Entry> fewer = new ArrayList<>(entries);
                fewer.remove(i);
                refused(kindred.parser(), new Cbor.Map(fewer));
            }
            for (Cbor key : new Cbor[] {Cbor.of(0), Cbor.of(entries.size() + 1L), Cbor.of("x"), Cbor.of(-1)}) {
                List<Cbor.Entry> more = new ArrayList<>(entries);
                more.add(new Cbor.Entry(key, Cbor.of(0)));
                refused(kindred.parser(), new Cbor.Map(more));
            }
        }
    }

    @Test
    void everyFieldHasItsType() {
        for (Kindred kindred : all()) {
            List<Cbor.Entry> entries = ((Cbor.Map) kindred.artifact().toCbor()).entries();
            for (int i = 0; i < entries.size(); i++) {
                List<Cbor.Entry> other = new ArrayList<>(entries);
                other.set(i, new Cbor.Entry(entries.get(i).key(), new Cbor.Null()));
                refused(kindred.parser(), new Cbor.Map(other));
            }
        }
    }

    @Test
    void brokenBytesAreRefusedAndNothingElseHappens() {
        SplittableRandom random = new SplittableRandom(21);
        for (Kindred kindred : all()) {
            byte[] bytes = Cbor.encode(kindred.artifact().toCbor());
            for (int i = 0; i < 3000; i++) {
                byte[] mutant = bytes.clone();
                mutant[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                try {
                    Object parsed = kindred.parser().parse(Blob.of(mutant));
                    assertThat(encoded(((Cbor.Message) parsed).toCbor()).toArray())
                            .isEqualTo(mutant);
                } catch (MalformedException refused) {
                    assertThat(refused.getMessage()).isNotEmpty();
                }
            }
        }
    }

    @Test
    void aHolderWhoseKeyAnybodyCanSignForIsRefused() {
        Blob identity = Blob.fromHex("01" + "00".repeat(31));
        Grant grant = new Grant("acme", ID, identity, 0, 1, 0, "agent", List.of(), List.of());
        assertThatThrownBy(() -> Grant.parse(grant.toBlob())).hasMessageContaining("sound");
    }

    @Test
    void numbersStayInTheirRanges() {
        refusedGrant(-1, 5, 0);
        refusedGrant(0, 253402300800L, 0);
        refusedGrant(0, Long.MAX_VALUE, 0);
        refusedGrant(0, 5, -1);
        refusedGrant(0, 5, Grant.MAX_DEPTH + 1);
    }

    private static void refusedGrant(long notBefore, long expires, int depth) {
        Grant grant = new Grant("acme", ID, HOLDER, notBefore, expires, depth, "agent", List.of(), List.of());
        assertThatThrownBy(() -> Grant.parse(grant.toBlob())).isInstanceOf(MalformedException.class);
    }

    @Test
    void namesAreUniqueAndCountsAreLimited() {
        refused(
                Grant::parse,
                new Grant("acme", ID, HOLDER, 0, 1, 0, "a", List.of(GIT_LOG, GIT_LOG), List.of()).toCbor());
        Memory own = new Memory("own", 1, 1);
        refused(Grant::parse, new Grant("acme", ID, HOLDER, 0, 1, 0, "a", List.of(), List.of(own, own)).toCbor());
        refused(
                Delegation::parse,
                new Delegation(
                                HASH,
                                ID,
                                1,
                                Blob.EMPTY,
                                List.of(NARROWING, NARROWING),
                                List.of(),
                                "a",
                                HASH,
                                List.of(),
                                List.of())
                        .toCbor());
        refused(
                Delegation::parse,
                new Delegation(HASH, ID, 1, Blob.fromHex("0100"), List.of(), List.of(), "a", HASH, List.of(), List.of())
                        .toCbor());
        List<Cap> caps = new ArrayList<>();
        for (int i = 0; i < 129; i++) {
            caps.add(new Cap("c" + i, 1, "d", 0, -1, List.of(), false, Blob.EMPTY));
        }
        refused(Grant::parse, new Grant("acme", ID, HOLDER, 0, 1, 0, "a", caps, List.of()).toCbor());
        refused(Revocation::parse, new Revocation("acme", Blob.fromHex("11".repeat(20)), "", 1).toCbor());
    }

    @Test
    void operandsFitTheirTypeOfConstraint() throws Exception {
        Cbor text = Cbor.of("/x");
        Cbor number = Cbor.of(1);
        accepted(Kind.EQ, new Cbor.Null());
        accepted(Kind.IN, text, number, Cbor.of(true));
        accepted(Kind.MIN, number);
        accepted(Kind.GLOB, text);
        accepted(Kind.UNDER, text);
        accepted(Kind.ABSENT);
        accepted(Kind.ANY);
        wrong(Kind.EQ);
        wrong(Kind.EQ, text, text);
        wrong(Kind.EQ, Cbor.of(HASH));
        wrong(Kind.IN);
        wrong(Kind.MIN, text);
        wrong(Kind.MAX, number, number);
        wrong(Kind.PREFIX, number);
        wrong(Kind.GLOB, Cbor.of("*".repeat(Constraint.MAX_GLOB + 1)));
        wrong(Kind.UNDER, Cbor.of("/x/"));
        wrong(Kind.UNDER, Cbor.of("x"));
        wrong(Kind.ABSENT, text);
        wrong(Kind.ANY, new Cbor.Null());
    }

    private static Grant granting(Kind kind, Cbor... operands) {
        Constraint constraint = new Constraint("a", kind, List.of(operands), false);
        Cap cap = new Cap("c", 1, "d", 1, -1, List.of(constraint), false, Blob.EMPTY);
        return new Grant("acme", ID, HOLDER, 0, 1, 0, "a", List.of(cap), List.of());
    }

    private static void accepted(Kind kind, Cbor... operands) throws MalformedException {
        Grant grant = granting(kind, operands);
        assertThat(Grant.parse(grant.toBlob())).isEqualTo(grant);
    }

    private static void wrong(Kind kind, Cbor... operands) {
        refused(Grant::parse, granting(kind, operands).toCbor());
    }

    @Test
    void aBitmapHasOneSpelling() {
        assertThat(Bitmap.of(List.of(0, 9)).toHex()).isEqualTo("0102");
        assertThat(Bitmap.of(List.of())).isEqualTo(Blob.EMPTY);
        assertThat(Bitmap.indices(Blob.fromHex("8001"))).containsExactly(7, 8);
        assertThat(Bitmap.has(Blob.fromHex("8001"), 8)).isTrue();
        assertThat(Bitmap.has(Blob.fromHex("8001"), 800)).isFalse();
    }

    @Test
    void wordsCannotBeForgedByWhatIsQuoted() {
        Constraint constraint =
                new Constraint("a\n\u001b[2J", Kind.EQ, List.of(Cbor.of("x\", no limit\n\u202e")), false);
        assertThat(constraint.describe()).isEqualTo("\"a\\u{a}\\u{1b}[2J\" = \"x\\\", no limit\\u{a}\\u{202e}\"");
    }

    private static void refused(Parser parser, Cbor cbor) {
        assertThatThrownBy(() -> parser.parse(encoded(cbor))).isInstanceOf(MalformedException.class);
    }
}
