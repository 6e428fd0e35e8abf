package ambit.core;

import static ambit.core.Scene.admitted;
import static ambit.core.Scene.arg;
import static ambit.core.Scene.cap;
import static ambit.core.Scene.less;
import static ambit.core.Scene.outcome;

import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Constraint.Kind;
import ambit.authority.Grant;
import ambit.authority.Narrowing;
import ambit.authority.signing.Signed;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The samples of Biscuit: its authority block is the grant, its blocks are what the request and delegations take away, its authorizer's
 * facts are the arguments of a call.
 */
final class BiscuitCases {
    private static final String READ_ONE = "{\"resource\":\"file1\",\"operation\":\"read\"}";
    private static final String READ_TWO = "{\"resource\":\"file2\",\"operation\":\"read\"}";
    private static final String THIRD_PARTY =
            "a third party's word cannot be part of a chain; a grant with a type of constraint that this core does not know gives nothing";

    private BiscuitCases() {}

    static List<OthersCase> all() {
        return Stream.of(signatures(), scopes(), checks(), values(), outside())
                .flatMap(List::stream)
                .toList();
    }

    /** Rights to operations on files. */
    private static Cap files(String... names) {
        return cap("access", arg("resource", Kind.IN, (Object[]) names), arg("operation", Kind.IN, "read", "write"));
    }

    private static Narrowing readOnly() {
        return less(arg("operation", Kind.EQ, "read"));
    }

    private static OthersCase refused(String id, String shows, String code, String why, OthersCase.Play play) {
        return new OthersCase(id, shows, "refused", code, why, play);
    }

    private static List<OthersCase> signatures() {
        return List.of(
                refused(
                        "test001",
                        "a block demands an operation that the caller does not name",
                        "ARGUMENT_MISSING",
                        "",
                        s -> outcome(s.call(
                                s.begin(s.sign(s.grant(files("file1", "file2"))), readOnly()),
                                "{\"resource\":\"file1\"}"))),
                refused(
                        "test002",
                        "a root key other than the verifier's",
                        "UNKNOWN_TENANT",
                        "",
                        s -> outcome(s.ask(Signed.sign(
                                Domain.GRANT,
                                s.stranger,
                                s.grant(files("file1")).toBlob())))),
                refused("test003", "a signature of 16 bytes", "MALFORMED", "", s -> {
                    Cose good = Cose.parse(s.sign(s.grant(files("file1"))));
                    byte[] first = java.util.Arrays.copyOf(good.signature().toArray(), 16);
                    return outcome(s.ask(Blob.of(Cbor.encode(Cbor.array(
                            header(s.world.root.publicKey()), Cbor.record(), good.payload(), Blob.of(first))))));
                }),
                refused("test004", "a block that is not from this chain", "BAD_SIGNATURE", "", s -> {
                    Blob grant = s.sign(s.grant(files("file1")));
                    return outcome(s.world.admit(
                            grant,
                            Signed.sign(
                                    Domain.REQUEST,
                                    s.stranger,
                                    s.request(grant, 600).toBlob())));
                }),
                refused("test005", "a signature with a bit changed", "BAD_SIGNATURE", "", s -> {
                    byte[] grant = s.sign(s.grant(files("file1"))).toArray();
                    grant[grant.length - 1] ^= 1;
                    return outcome(s.ask(Blob.of(grant)));
                }),
                refused(
                        "test006",
                        "blocks in another order",
                        "UNKNOWN_TENANT",
                        "delegations are never read from outside: the core makes them in their order",
                        s -> {
                            Blob grant = s.sign(s.grant(files("file1")));
                            Blob request = s.world.signed(s.request(grant, 600));
                            return outcome(s.world.admit(request, grant));
                        }),
                new OthersCase(
                        "test020",
                        "a sealed token: it is used, and a block is appended",
                        "accepted, refused",
                        "accepted, DEPTH_EXCEEDED",
                        "sealed means depth 0",
                        s -> {
                            Grant sealed = s.grant(3600, 0, files("file1"), World.child("helper", 1));
                            Admitted context = s.begin(s.sign(sealed), readOnly());
                            return outcome(s.call(context, READ_ONE), s.spawn(context));
                        }));
    }

    /** The protected header {1: -8, 4: key}. */
    private static Blob header(Blob key) {
        return Blob.of(Cbor.encode(new Cbor.Map(
                List.of(new Cbor.Entry(Cbor.of(1), Cbor.of(-8)), new Cbor.Entry(Cbor.of(4), Cbor.of(key))))));
    }

    private static List<OthersCase> scopes() {
        Narrowing more = less(arg("resource", Kind.IN, "file1", "file2"));
        return List.of(
                refused("test007", "a later block claims an owner's right to another file", "CONSTRAINT", "", s -> {
                    Admitted parent = s.begin(s.sign(s.grant(files("file1"), World.child("helper", 1))), readOnly());
                    return outcome(s.call(admitted(s.spawn(parent, more)), READ_TWO));
                }),
                refused("test008", "a later block gives itself the right to another file", "CONSTRAINT", "", s -> {
                    Admitted parent = s.begin(s.sign(s.grant(files("file1"), World.child("helper", 1))), readOnly());
                    return outcome(s.call(
                            admitted(s.spawn(parent, more, new Narrowing(1, List.of(), 5, false))), READ_TWO));
                }),
                refused(
                        "test010",
                        "the first block below gives itself a right; the verifier trusts the root alone",
                        "CONSTRAINT",
                        "",
                        s -> outcome(s.call(s.begin(s.sign(s.grant(files("file1"))), more), READ_TWO))),
                refused(
                        "test011",
                        "a right that the authority does not give",
                        "CONSTRAINT",
                        "",
                        s -> outcome(s.call(s.begin(files("file1")), READ_TWO))),
                refused(
                        "test019",
                        "a block derives the operation read from any other, and write is called",
                        "CONSTRAINT",
                        "blocks derive nothing",
                        s -> outcome(s.call(
                                s.begin(
                                        s.sign(s.grant(cap("access", arg("operation", Kind.EQ, "read")))),
                                        less(arg("operation", Kind.ANY))),
                                "{\"operation\":\"write\"}"))),
                refused(
                        "test023",
                        "a block demands what only another block says",
                        "ARGUMENT_MISSING",
                        "a block sees the call's arguments and no other block",
                        s -> {
                            Constraint said = new Constraint("fact", Kind.EQ, List.of(Cbor.of(1)), true);
                            Cap open = cap("access", arg("authority", Kind.EQ, 1), said);
                            Admitted parent = s.begin(s.sign(s.grant(open, World.child("helper", 1))), less(said));
                            Admitted child = admitted(s.spawn(parent, less(arg("fact", Kind.EQ, 1))));
                            return outcome(s.call(child, "{\"authority\":1}"));
                        }));
    }

    private static List<OthersCase> checks() {
        return List.of(
                refused("test009", "a block that has expired", "EXPIRED", "", s -> {
                    Blob grant = s.sign(s.grant(files("file1")));
                    Admitted context = admitted(s.world.admit(grant, s.world.signed(s.request(grant, 60))));
                    s.world.now += 60_000;
                    return outcome(s.call(context, READ_ONE));
                }),
                pair(
                        "test012",
                        "a check of the authority itself: file1, file2",
                        "CONSTRAINT",
                        "",
                        cap("access", arg("resource", Kind.EQ, "file1")),
                        "{\"resource\":\"file1\"}",
                        "{\"resource\":\"file2\"}"),
                new OthersCase(
                        "test013",
                        "a block whose date has not come for file1, and has for all others: file1, file2",
                        "accepted, refused",
                        "accepted, CONSTRAINT",
                        "a block has one end for all; the case is played with file1 alone until then",
                        s -> {
                            Blob grant = s.sign(s.grant(files("file1", "file2")));
                            Admitted context = s.begin(grant, less(arg("resource", Kind.EQ, "file1")));
                            return outcome(s.call(context, READ_ONE), s.call(context, READ_TWO));
                        }),
                new OthersCase(
                        "test014",
                        "a regular expression for file names: file1, file123.txt",
                        "refused, accepted",
                        "CONSTRAINT, accepted",
                        "there are no regular expressions; the glob `file*.txt` also takes what is no digit",
                        s -> {
                            Admitted context = s.begin(cap("access", arg("resource", Kind.GLOB, "file*.txt")));
                            return outcome(
                                    s.call(context, "{\"resource\":\"file1\"}"),
                                    s.call(context, "{\"resource\":\"file123.txt\"}"));
                        }),
                accepted(
                        "test015",
                        "one of two checks suffices",
                        cap("access", arg("it", Kind.IN, "hello", "hello")),
                        "{\"it\":\"hello\"}"),
                refused(
                        "test016",
                        "another fact than the one that is checked",
                        "ARGUMENT_MISSING",
                        "",
                        s -> outcome(s.call(
                                s.begin(cap("access", arg("resource", Kind.EQ, "hello"))), "{\"query\":\"test\"}"))),
                refused(
                        "test018",
                        "a block that is not well formed",
                        "MALFORMED",
                        "Biscuit's has a rule with an unbound variable, Ambit's a capability that the grant does not have",
                        s -> outcome(s.ask(s.sign(s.grant(files("file1"))), new Narrowing(7, List.of(), -1, false)))),
                pair(
                        "test025",
                        "every operation must be A or B: A and B, A and another",
                        "CONSTRAINT",
                        "",
                        cap("access", arg("operations", Kind.SUBSET, "A", "B")),
                        "{\"operations\":[\"A\",\"B\"]}",
                        "{\"operations\":[\"A\",\"invalid\"]}"));
    }

    private static OthersCase pair(String id, String shows, String code, String why, Cap cap, String good, String bad) {
        return new OthersCase(id, shows, "accepted, refused", "accepted, " + code, why, s -> {
            Admitted context = s.begin(cap);
            return outcome(s.call(context, good), s.call(context, bad));
        });
    }

    private static OthersCase accepted(String id, String shows, Cap cap, String params) {
        return new OthersCase(id, shows, "accepted", "accepted", "", s -> outcome(s.call(s.begin(cap), params)));
    }

    private static List<OthersCase> values() {
        return List.of(
                new OthersCase(
                        "test017",
                        "comparisons, prefixes, lists, lengths",
                        "accepted",
                        "accepted",
                        "those that Ambit has, each on an argument; there is no arithmetic, no date and no other way to write a condition."
                                + " Biscuit counts bytes (é is 2), `max_length` characters (é is 1)",
                        s -> outcome(s.call(s.begin(expressions()), EXPRESSIONS))),
                accepted(
                        "test021",
                        "texts beyond ASCII, to the byte",
                        cap("access", arg("fact", Kind.EQ, "hello é\t😁")),
                        "{\"fact\":\"hello é\\t\\ud83d\\ude01\"}"),
                new OthersCase(
                        "test022", "twenty-eight facts at once", "accepted", "accepted", "", BiscuitCases::manyFacts),
                refused(
                        "test027",
                        "numbers beyond 64 bits",
                        "MALFORMED",
                        "there is no arithmetic; no argument can be so large",
                        s -> outcome(s.call(
                                s.begin(cap("access", arg("n", Kind.ANY))), "{\"n\":9223372036854775808}"))),
                accepted(
                        "test028",
                        "not equal, for integers and texts",
                        cap("access", arg("n", Kind.NOT_IN, 3), arg("text", Kind.NOT_IN, "abcD12")),
                        "{\"n\":1,\"text\":\"abcD12x\"}"));
    }

    private static final String EXPRESSIONS =
            "{\"one\":1,\"two\":2,\"three\":3,\"text\":\"hello world\",\"name\":\"abcD12\",\"e\":\"é\",\"yes\":true,"
                    + "\"list\":[1,2],\"short\":[1,2]}";

    private static Cap expressions() {
        return cap(
                "access",
                arg("one", Kind.MAX, 2),
                arg("two", Kind.MIN, 1),
                arg("two", Kind.MAX, 2),
                arg("three", Kind.EQ, 3),
                arg("text", Kind.PREFIX, "hello"),
                arg("text", Kind.GLOB, "**world"),
                arg("name", Kind.EQ, "abcD12"),
                arg("name", Kind.MAX_LENGTH, 6),
                arg("name", Kind.IN, "abc", "abcD12"),
                arg("e", Kind.MAX_LENGTH, 1),
                new Constraint("yes", Kind.EQ, List.of(Cbor.of(true)), false),
                arg("list", Kind.SUBSET, 1, 2, 3),
                arg("short", Kind.MAX_LENGTH, 2));
    }

    private static String manyFacts(Scene s) {
        List<String> names = List.of(
                ("read write resource operation right time role owner tenant namespace user team service admin email group"
                                + " member ip_address client client_ip domain path version cluster node hostname nonce query")
                        .split(" "));
        Constraint[] facts = IntStream.range(0, names.size())
                .mapToObj(i -> arg(names.get(i), Kind.EQ, i))
                .toArray(Constraint[]::new);
        String params = String.join(
                ",",
                IntStream.range(0, names.size())
                        .mapToObj(i -> "\"" + names.get(i) + "\":" + i)
                        .toList());
        return outcome(s.call(s.begin(cap("access", facts)), "{" + params + "}"));
    }

    /** What a chain of Ambit's cannot say. */
    private static List<OthersCase> outside() {
        // Type 1 of the constraint becomes 128.
        OthersCase.Play unknownType = s -> outcome(s.ask(s.signChanged(
                s.grant(cap("access", arg("group", Kind.EQ, "admin"))), "016567726f75700201", "016567726f7570021880")));
        return List.of(
                new OthersCase(
                        "test024",
                        "a third party's signed block says that the caller is an admin",
                        "accepted",
                        "MALFORMED",
                        THIRD_PARTY,
                        unknownType),
                new OthersCase(
                        "test026",
                        "four third parties' blocks over three keys",
                        "accepted",
                        "MALFORMED",
                        THIRD_PARTY,
                        unknownType));
    }
}
