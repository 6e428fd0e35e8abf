package ambit.core;

import static ambit.core.Scene.admitted;
import static ambit.core.Scene.arg;
import static ambit.core.Scene.cap;
import static ambit.core.Scene.less;
import static ambit.core.Scene.outcome;

import ambit.authority.Cap;
import ambit.authority.Constraint.Kind;
import ambit.authority.Grant;
import ambit.authority.signing.Signed;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.End;
import java.util.List;
import java.util.stream.Stream;

/** The groups A.1 to A.25 of Tenuo's test vectors, with its control plane as tenant and its orchestrator as principal. */
final class TenuoCases {
    private static final String FILE = "{\"path\":\"/data/a\"}";
    private static final String REPORT = "{\"path\":\"/data/reports/q3.pdf\"}";
    private static final String APPROVAL =
            "Ambit's approvals are words to its core and in no chain; a grant that asked for them by a field that this core does not know gives nothing";

    private TenuoCases() {}

    static List<OthersCase> all() {
        return Stream.of(chains(), violations(), edges(), sessions(), constraints(), moreConstraints())
                .flatMap(List::stream)
                .toList();
    }

    private static Cap anyFile() {
        return cap("read_file", arg("path", Kind.ANY));
    }

    private static Cap data() {
        return cap("read_file", arg("path", Kind.UNDER, "/data"));
    }

    private static Cap reports() {
        return cap("read_file", arg("path", Kind.UNDER, "/data/reports"));
    }

    private static List<OthersCase> chains() {
        return List.of(
                new OthersCase(
                        "A.1",
                        "a warrant for one tool with any path",
                        "accepted",
                        "accepted",
                        "",
                        s -> outcome(s.call(s.begin(anyFile()), FILE))),
                new OthersCase(
                        "A.2",
                        "an issuer warrant gives no right to execute",
                        "refused",
                        "MAY_NOT_USE",
                        "Tenuo's issuer can issue a warrant that its holder may execute; in Ambit likewise a child may use what its"
                                + " parent may only hand on",
                        s -> outcome(s.call(s.begin(cap("read_file", Cap.DELEGATE, arg("path", Kind.ANY))), FILE))),
                new OthersCase(
                        "A.3",
                        "three levels, each narrower: `/data`, `/data/reports`, `/data/reports/q3.pdf`; each asked for the level above it and"
                                + " for its own",
                        "refused, accepted, refused, accepted, refused, accepted",
                        "CONSTRAINT, accepted, CONSTRAINT, accepted, CONSTRAINT, accepted",
                        "",
                        TenuoCases::threeLevels),
                new OthersCase(
                        "A.6",
                        "the holder's proof of possession",
                        "accepted",
                        "accepted",
                        "the holder signs the request; calls come in on the context's own channel and need no proof each",
                        s -> outcome(s.ask(s.sign(s.grant(data()))))),
                new OthersCase(
                        "A.7",
                        "a warrant with extensions",
                        "accepted",
                        "MALFORMED",
                        "a grant has exactly its fields; what the core does not understand it does not accept",
                        s -> outcome(s.ask(s.signWithOneMoreField(s.grant(data()))))),
                new OthersCase(
                        "A.8",
                        "the stack from root to leaf, and from leaf to root",
                        "accepted, refused",
                        "accepted, UNKNOWN_TENANT",
                        "",
                        TenuoCases::stack));
    }

    private static String threeLevels(Scene s) {
        Blob grant = s.sign(s.grant(data(), World.child("helper", 5)));
        Admitted root = s.begin(grant);
        Admitted middle = s.begin(grant, less(arg("path", Kind.UNDER, "/data/reports")));
        Admitted leaf = admitted(s.spawn(middle, less(arg("path", Kind.EQ, "/data/reports/q3.pdf"))));
        return outcome(
                s.call(root, "{\"path\":\"/etc/a\"}"),
                s.call(root, FILE),
                s.call(middle, FILE),
                s.call(middle, "{\"path\":\"/data/reports/q2.pdf\"}"),
                s.call(leaf, "{\"path\":\"/data/reports/q2.pdf\"}"),
                s.call(leaf, REPORT));
    }

    private static String stack(Scene s) {
        Blob grant = s.sign(s.grant(data()));
        Blob request = s.world.signed(s.request(grant, 600));
        return outcome(s.world.admit(grant, request), s.world.admit(request, grant));
    }

    private static List<OthersCase> violations() {
        return List.of(
                new OthersCase(
                        "A.4 (I1)",
                        "a child that is signed by somebody other than its parent's holder",
                        "refused, refused",
                        "BAD_SIGNATURE, BAD_SIGNATURE",
                        "under the signer's own name and under the holder's",
                        TenuoCases::wrongIssuer),
                new OthersCase(
                        "A.5",
                        "a warrant of one second, then and later",
                        "accepted, refused, refused",
                        "accepted, EXPIRED, EXPIRED",
                        "",
                        s -> {
                            Blob grant = s.sign(s.grant(1, 2, data()));
                            Admitted context = s.begin(grant);
                            Object inTime = s.call(context, FILE);
                            s.world.now += 1000;
                            return outcome(inTime, s.call(context, FILE), s.ask(grant));
                        }),
                new OthersCase(
                        "A.10 (I2)",
                        "a child that skips a level of depth",
                        "refused",
                        "DEPTH_EXCEEDED",
                        "a block says nothing of its depth: the core counts blocks, and the second delegation of a grant for one is refused",
                        s -> {
                            s.world.generations = 2;
                            Admitted context = s.begin(s.sign(s.grant(3600, 1, data(), World.child("helper", 5))));
                            return outcome(s.spawn(admitted(s.spawn(context))));
                        }),
                new OthersCase(
                        "A.11 (I4)",
                        "a child under `/data` of a parent under `/data/reports`: asked for what only the child would allow, and for what"
                                + " both do",
                        "refused, refused",
                        "CONSTRAINT, accepted",
                        "Tenuo refuses the chain; in Ambit a block cannot widen, so the chain allows what both blocks allow",
                        s -> {
                            Admitted context =
                                    s.begin(s.sign(s.grant(reports())), less(arg("path", Kind.UNDER, "/data")));
                            return outcome(s.call(context, FILE), s.call(context, REPORT));
                        }),
                new OthersCase("A.12 (I5)", "a child with another parent's hash", "refused", "UNKNOWN_GRANT", "", s -> {
                    Blob grant = s.sign(s.grant(data()));
                    Blob other = s.sign(s.grant(anyFile()));
                    return outcome(s.world.admit(grant, s.world.signed(s.request(other, 600))));
                }),
                new OthersCase(
                        "A.13 (I3)",
                        "a child that outlives its parent: asked at its beginning, and after the parent's end",
                        "refused, refused",
                        "accepted, EXPIRED",
                        "Tenuo refuses the chain; in Ambit the earliest end of all blocks is the chain's",
                        TenuoCases::outlives),
                new OthersCase(
                        "A.14",
                        "a root warrant that another key signed, by its own name and by the control plane's; and the true one",
                        "refused, refused, accepted",
                        "UNKNOWN_TENANT, BAD_SIGNATURE, accepted",
                        "",
                        TenuoCases::forgedRoot),
                new OthersCase(
                        "A.15",
                        "a child outside the bounds of its issuer: `/etc/passwd` of `/data`",
                        "refused",
                        "CONSTRAINT",
                        "",
                        s -> {
                            Admitted parent = s.begin(data(), World.child("helper", 1));
                            Admitted child = admitted(s.spawn(parent, less(arg("path", Kind.EQ, "/etc/passwd"))));
                            return outcome(s.call(child, "{\"path\":\"/etc/passwd\"}"));
                        }),
                new OthersCase(
                        "A.16",
                        "a holder that delegates to itself",
                        "refused",
                        "accepted",
                        "a request names no holder and a context's key is new, so nobody holds what it delegates; a second request over the"
                                + " same grant gives nothing: uses are counted on the grant",
                        TenuoCases::selfIssuance),
                new OthersCase(
                        "A.17",
                        "a child that raises its parent's clearance from 5 to 6: level 6, level 5",
                        "refused, refused",
                        "CONSTRAINT, accepted",
                        "Ambit has no clearance; the case is played with the bound of an argument. Tenuo refuses the chain, as in A.11",
                        s -> {
                            Cap five = cap("read_file", arg("level", Kind.MAX, 5));
                            Admitted context = s.begin(s.sign(s.grant(five)), less(arg("level", Kind.MAX, 6)));
                            return outcome(s.call(context, "{\"level\":6}"), s.call(context, "{\"level\":5}"));
                        }));
    }

    private static String wrongIssuer(Scene s) throws Exception {
        Blob grant = s.sign(s.grant(data()));
        Blob forged =
                Signed.sign(Domain.REQUEST, s.stranger, s.request(grant, 600).toBlob());
        return outcome(s.world.admit(grant, forged), s.world.admit(grant, renamed(forged, s.world.alice.publicKey())));
    }

    private static String forgedRoot(Scene s) throws Exception {
        Grant grant = s.grant(data());
        Blob forged = Signed.sign(Domain.GRANT, s.stranger, grant.toBlob());
        return outcome(s.ask(forged), s.ask(renamed(forged, s.world.root.publicKey())), s.ask(s.sign(grant)));
    }

    /** The same payload and signature, said to be by another key. */
    private static Blob renamed(Blob cose, Blob signer) throws Exception {
        Cose parts = Cose.parse(cose);
        return new Cose(signer, parts.payload(), parts.signature()).toBlob();
    }

    private static String outlives(Scene s) {
        Blob grant = s.sign(s.grant(100, 2, data()));
        Admitted context = admitted(s.world.admit(grant, s.world.signed(s.request(grant, 200))));
        Object early = s.call(context, FILE);
        s.world.now += 100_000;
        return outcome(early, s.call(context, FILE));
    }

    /** One use, asked for in two transactions of one holder; and the keys of parent, child and holder. */
    private static String selfIssuance(Scene s) {
        Blob grant = s.sign(s.grant(World.tool("files.read", 1, true), World.child("helper", 2)));
        Admitted one = s.begin(grant);
        s.spawn(one);
        Object used = s.world.call(one);
        Object again = s.world.call(s.begin(grant));
        long keys = Stream.concat(
                        Stream.of(s.world.alice.publicKey()),
                        s.world.log().stream().flatMap(TenuoCases::contextKey))
                .distinct()
                .count();
        boolean nothingMore = outcome(again).equals("USES_EXHAUSTED") && keys == 4;
        return nothingMore ? outcome(used) : "more authority";
    }

    private static Stream<Blob> contextKey(Entry entry) {
        return switch (entry) {
            case Entry.Admitted admitted -> Stream.of(admitted.contextKey());
            case Entry.Spawned spawned -> Stream.of(spawned.contextKey());
            default -> Stream.of();
        };
    }

    private static List<OthersCase> edges() {
        return List.of(
                new OthersCase(
                        "A.9.1",
                        "a warrant at its greatest depth is delegated",
                        "refused",
                        "DEPTH_EXCEEDED",
                        "",
                        s -> outcome(s.spawn(s.begin(s.sign(s.grant(3600, 0, data(), World.child("helper", 1))))))),
                new OthersCase(
                        "A.9.2",
                        "a constraint of an unknown type",
                        "refused",
                        "MALFORMED",
                        "the grant is refused, not just the call",
                        s -> outcome(s.ask(unknownType(s)))),
                new OthersCase(
                        "A.9.3",
                        "a payload with a key twice",
                        "refused",
                        "MALFORMED",
                        "Tenuo leaves it open",
                        s -> outcome(s.ask(s.signWithAFieldTwice(s.grant(data()))))),
                new OthersCase(
                        "A.9.4, A.22",
                        "a child is revoked: its call, its parent's call; then the root: the parent's call, a new transaction",
                        "refused, accepted, refused, refused",
                        "REVOKED, accepted, REVOKED, REVOKED",
                        "",
                        TenuoCases::cascade),
                new OthersCase(
                        "A.22.b",
                        "a revocation list of the control plane, and one of somebody else",
                        "accepted, refused",
                        "accepted, UNKNOWN_TENANT",
                        "",
                        s -> outcome(s.world.revoke(World.id(), s.world.root), s.world.revoke(World.id(), s.stranger))),
                new OthersCase(
                        "A.20.1",
                        "possession proved with another key than the holder's",
                        "refused, accepted",
                        "BAD_SIGNATURE, accepted",
                        "",
                        s -> {
                            Blob grant = s.sign(s.grant(data()));
                            Blob wrong = Signed.sign(
                                    Domain.REQUEST,
                                    s.stranger,
                                    s.request(grant, 600).toBlob());
                            return outcome(s.world.admit(grant, wrong), s.ask(grant));
                        }),
                new OthersCase(
                        "A.18, A.21.1",
                        "two of three approvers have signed",
                        "accepted",
                        "MALFORMED",
                        APPROVAL,
                        s -> outcome(s.ask(s.signWithOneMoreField(s.grant(data()))))),
                new OthersCase(
                        "A.21.2, A.24",
                        "one of two approvers has signed",
                        "refused",
                        "MALFORMED",
                        APPROVAL,
                        s -> outcome(s.ask(s.signWithOneMoreField(s.grant(data()))))));
    }

    /** Type 7 of the constraint on {@code path} becomes 128. */
    private static Blob unknownType(Scene s) {
        return s.signChanged(s.grant(data()), "01647061746802070381", "01647061746802188003" + "81");
    }

    private static String cascade(Scene s) {
        Grant grant = s.grant(data(), World.child("helper", 2));
        Blob signed = s.sign(grant);
        Admitted parent = s.begin(signed);
        Admitted child = admitted(s.spawn(parent));
        Blob block = s.world.log().stream()
                .filter(Entry.Spawned.class::isInstance)
                .map(entry -> ((Entry.Spawned) entry).delegationHash())
                .findFirst()
                .orElseThrow();
        s.world.revoke(block, s.world.root);
        String first = outcome(s.call(child, FILE), s.call(parent, FILE));
        s.world.revoke(grant.id(), s.world.root);
        return first + ", " + outcome(s.call(parent, FILE), s.ask(signed));
    }

    private static List<OthersCase> sessions() {
        return List.of(new OthersCase(
                "A.23",
                "a child of one session below the root of another; a handle of one in another; and after its session",
                "refused, refused, refused",
                "UNKNOWN_GRANT, UNKNOWN_HANDLE, CONTEXT_ENDED",
                "the transaction's id is in every chain; there is no lax mode",
                s -> {
                    Blob grant = s.sign(s.grant(data()));
                    Blob other = s.sign(s.grant(data()));
                    Admitted one = s.begin(grant);
                    Admitted two = s.begin(other);
                    Object mixed = s.world.admit(grant, s.world.signed(s.request(other, 600)));
                    Object borrowed = s.world.call(two, World.handle(one, 0), FILE);
                    s.world.end(one, End.SUCCESS);
                    return outcome(mixed, borrowed, s.call(one, FILE));
                }));
    }

    private static OthersCase pair(String id, String shows, String code, String why, Cap cap, String good, String bad) {
        return new OthersCase(id, shows, "accepted, refused", "accepted, " + code, why, s -> {
            Admitted context = s.begin(cap);
            return outcome(s.call(context, good), s.call(context, bad));
        });
    }

    private static List<OthersCase> constraints() {
        return List.of(
                pair(
                        "A.19.1",
                        "a range, 0 to 100: 50.0, 150.0",
                        "CONSTRAINT",
                        "`min` and `max` with decimal strings",
                        cap("api_call", arg("count", Kind.MIN, "0"), arg("count", Kind.MAX, "100")),
                        "{\"count\":50.0}",
                        "{\"count\":150.0}"),
                pair(
                        "A.19.2",
                        "one of staging, production: staging, development",
                        "CONSTRAINT",
                        "",
                        cap("deploy", arg("env", Kind.IN, "staging", "production")),
                        "{\"env\":\"staging\"}",
                        "{\"env\":\"development\"}"),
                pair(
                        "A.19.3",
                        "10.0.0.0/8: 10.1.2.3, 192.168.1.1",
                        "CONSTRAINT",
                        "",
                        cap("connect", arg("ip", Kind.CIDR, "10.0.0.0/8")),
                        "{\"ip\":\"10.1.2.3\"}",
                        "{\"ip\":\"192.168.1.1\"}"),
                pair(
                        "A.25.1",
                        "a URL that is safe against forgery: https://api.example.com/data, http://169.254.169.254/",
                        "CONSTRAINT",
                        "Ambit lists what is allowed; there is no type for \"any public host\", since a name says nothing of where it leads",
                        cap("http_request", arg("url", Kind.URL, "https://api.example.com")),
                        "{\"url\":\"https://api.example.com/data\"}",
                        "{\"url\":\"http://169.254.169.254/\"}"),
                pair(
                        "A.25.2",
                        "a path below `/home/agent/workspace`: `file.txt`, `../../../etc/passwd`",
                        "CONSTRAINT",
                        "",
                        cap("write_file", arg("path", Kind.UNDER, "/home/agent/workspace")),
                        "{\"path\":\"/home/agent/workspace/file.txt\"}",
                        "{\"path\":\"/home/agent/workspace/../../../etc/passwd\"}"),
                pair(
                        "A.25.4",
                        "a subset of read, write, delete: read and write, read and admin",
                        "CONSTRAINT",
                        "",
                        cap("set_permissions", arg("permissions", Kind.SUBSET, "read", "write", "delete")),
                        "{\"permissions\":[\"read\",\"write\"]}",
                        "{\"permissions\":[\"read\",\"admin\"]}"),
                pair(
                        "A.25.5",
                        "URLs like https://api.example.com/v1/*: one of them, one of evil.com",
                        "CONSTRAINT",
                        "",
                        cap("api_call", arg("endpoint", Kind.URL, "https://api.example.com/v1")),
                        "{\"endpoint\":\"https://api.example.com/v1/users\"}",
                        "{\"endpoint\":\"https://evil.com/api\"}"),
                pair(
                        "A.25.6",
                        "all of: amount up to 10000, currency USD or EUR: 500.0 USD, 500.0 GBP",
                        "CONSTRAINT",
                        "constraints are always joined so",
                        cap(
                                "transfer",
                                arg("amount", Kind.MIN, "0"),
                                arg("amount", Kind.MAX, "10000"),
                                arg("currency", Kind.IN, "USD", "EUR")),
                        "{\"amount\":500.0,\"currency\":\"USD\"}",
                        "{\"amount\":500.0,\"currency\":\"GBP\"}"));
    }

    private static List<OthersCase> moreConstraints() {
        return List.of(
                new OthersCase(
                        "A.25.3",
                        "a list that contains approved and reviewed: with both, without one",
                        "accepted, refused",
                        "MALFORMED, MALFORMED",
                        "Ambit has no such type, and a grant with a type that it does not know gives nothing",
                        s -> outcome(s.ask(unknownType(s)), s.ask(unknownType(s)))),
                new OthersCase(
                        "A.25.7",
                        "any of `/public/*`, `/shared/*`: one of each, one of neither",
                        "accepted, accepted, refused, refused",
                        "accepted, accepted, CONSTRAINT, CONSTRAINT",
                        "a choice of patterns is two capabilities, each of which is asked",
                        s -> {
                            Admitted context = s.begin(
                                    cap("read_file.public", arg("path", Kind.UNDER, "/public")),
                                    cap("read_file.shared", arg("path", Kind.UNDER, "/shared")));
                            return outcome(
                                    s.call(context, 0, "{\"path\":\"/public/readme.txt\"}"),
                                    s.call(context, 1, "{\"path\":\"/shared/data.json\"}"),
                                    s.call(context, 0, "{\"path\":\"/private/secret.txt\"}"),
                                    s.call(context, 1, "{\"path\":\"/private/secret.txt\"}"));
                        }),
                new OthersCase(
                        "A.25.8",
                        "not `/secret/*`: `/public/readme.txt`, `/secret/keys.txt`",
                        "accepted, refused",
                        "accepted, CONSTRAINT",
                        "a pattern cannot be negated; the case is played with the list of what is allowed",
                        s -> {
                            Admitted context = s.begin(cap("read_file", arg("path", Kind.UNDER, "/public")));
                            return outcome(
                                    s.call(context, "{\"path\":\"/public/readme.txt\"}"),
                                    s.call(context, "{\"path\":\"/secret/keys.txt\"}"));
                        }));
    }
}
