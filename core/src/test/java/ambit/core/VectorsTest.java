package ambit.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Allowance;
import ambit.authority.Arguments;
import ambit.authority.Budget;
import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Constraint.Kind;
import ambit.authority.Cost;
import ambit.authority.Delegation;
import ambit.authority.Grant;
import ambit.authority.Narrowing;
import ambit.authority.Permit;
import ambit.authority.Proof;
import ambit.authority.Rate;
import ambit.authority.Request;
import ambit.authority.approval.Approval;
import ambit.authority.approval.Question;
import ambit.authority.approval.Word;
import ambit.authority.signing.BadSignature;
import ambit.authority.signing.PublicKeys;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.decision.Received;
import ambit.decision.Sighting;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.Cose.Domain;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The vectors of {@code spec/vectors.json}: what the core itself says of them, and that the verifier in Python, which has none of
 * its code, says the same. {@code -Dvectors.write=true} writes the file anew.
 */
class VectorsTest {
    private static final Path SPEC =
            Path.of(System.getProperty("ambit.root", "..")).resolve("spec");
    private static final List<Kind> KINDS = List.of(Kind.values());
    private static final long NOW = 1_800_000_000L;
    private static final String[] PATHS = {"a", "b", "a/b", "a/*", "a/*/b", "b/*", "a/b/*"};
    private static final String[] VALUES = {
        "1",
        "-2",
        "5",
        "1.5",
        "12.50",
        "1e2",
        "true",
        "false",
        "null",
        "[]",
        "{}",
        "\"\"",
        "\"x\"",
        "\"\u20ac\ud83d\ude00\"",
        "\"/repo\"",
        "\"/repo/a.py\"",
        "\"/repo/../x\"",
        "\"/repository\"",
        "\"1.5\"",
        "\"-3\"",
        "\"01\"",
        "\"10.2.3.4\"",
        "\"::ffff:10.2.3.4\"",
        "\"2001:db8::1\"",
        "\"10.2.3\"",
        "\"api.example.com\"",
        "\"API.Example.com\"",
        "\"example.com\"",
        "\"https://api.example.com/v1/x?q=1#f\"",
        "\"https://api.example.com:443/v1/\"",
        "\"https://api.example.com/v1/../x\"",
        "\"https://api.example.com/v1/%2e%2e\"",
        "\"https://user@api.example.com/v1\"",
        "\"http://10.2.3.4:8080/v1\"",
        "[1,2]",
        "[\"x\",\"/repo\"]",
        "[\"x\",\"x\",\"x\"]",
        "[[1]]",
        "{\"b\":\"x\"}",
        "{\"b\":[1]}",
        "[{\"b\":1},{\"b\":\"x\"}]",
        "{\"*\":1}",
        "{\"c~/d\":1}"
    };

    private final SplittableRandom random = new SplittableRandom(2026);
    private final List<Map<String, Object>> vectors = new ArrayList<>();
    private final SigningKey tenant = key("tenant");
    private final SigningKey alice = key("alice");
    private final SigningKey core = key("core");
    private static final SigningKey APPROVER = key("approver");

    private static SigningKey key(String name) {
        try {
            return SigningKey.ofSeed(hash(name).toArray());
        } catch (MalformedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Blob hash(String text) {
        return Blob.of(text.getBytes(UTF_8)).sha256();
    }

    private static Blob id(String text) {
        return Blob.fromHex(hash(text).toHex().substring(0, 32));
    }

    @Test
    void theVectorsAreWhatTheCoreSaysAndThePythonVerifierAgreesOnAllOfThem() throws Exception {
        signatures();
        keys();
        cbor();
        bindings();
        replies();
        approvals();
        chains();
        strictJson();
        Path file = SPEC.resolve("vectors.json");
        String json = vectors.stream().map(VectorsTest::json).collect(Collectors.joining(",\n", "[\n", "\n]\n"));
        if (Boolean.getBoolean("vectors.write")) {
            Files.writeString(file, json);
        }
        assertThat(Files.readString(file)).isEqualTo(json);
        assertThat(run(SPEC.resolve("verify.py"), file)).as("exit code").isZero();
    }

    private static int run(Path script, Path file) throws IOException, InterruptedException {
        return new ProcessBuilder("/usr/bin/python3", "-B", script.toString(), file.toString())
                .inheritIO()
                .start()
                .waitFor();
    }

    private Map<String, Object> vector(String test, String name, boolean accepted) {
        Map<String, Object> vector = new LinkedHashMap<>();
        vector.put("test", test);
        vector.put("name", name);
        vector.put("expect", accepted ? "accepted" : "refused");
        vectors.add(vector);
        return vector;
    }

    // ---- signatures, keys, CBOR

    private void signatures() {
        Blob payload = grant(List.of(cap(List.of(), false))).toBlob();
        Blob cose = Signed.sign(Domain.GRANT, tenant, payload);
        signature("a grant", Domain.GRANT, tenant, cose);
        signature("a grant as a request", Domain.REQUEST, tenant, cose);
        signature("a grant by another key", Domain.GRANT, alice, cose);
        signature("a grant with a byte behind it", Domain.GRANT, tenant, Blob.fromHex(cose.toHex() + "00"));
        for (int i = 0; i < cose.size(); i += 7) {
            byte[] bytes = cose.toArray();
            bytes[i] ^= (byte) (1 << i % 8);
            signature("a grant with byte " + i + " changed", Domain.GRANT, tenant, Blob.of(bytes));
        }
    }

    private void signature(String name, Domain domain, SigningKey key, Blob cose) {
        Map<String, Object> vector = vector("signature", name, verifies(domain, key, cose));
        vector.put("domain", domain.name().toLowerCase(java.util.Locale.ROOT));
        vector.put("keyHex", key.publicKey().toHex());
        vector.put("coseHex", cose.toHex());
    }

    private static boolean verifies(Domain domain, SigningKey key, Blob cose) {
        try {
            Signed.verify(domain, key.publicKey(), cose);
            return true;
        } catch (MalformedException | BadSignature e) {
            return false;
        }
    }

    private void keys() {
        List<String> keys = List.of(
                tenant.publicKey().toHex(),
                "00".repeat(32),
                "01" + "00".repeat(31),
                "01" + "00".repeat(30) + "80",
                "ec" + "ff".repeat(30) + "7f",
                "ed" + "ff".repeat(30) + "7f",
                "ee" + "ff".repeat(30) + "7f",
                "ff".repeat(32),
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                "02" + "00".repeat(31),
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f70751");
        for (String hex : keys) {
            vector("key", "a public key", isSound(Blob.fromHex(hex))).put("keyHex", hex);
        }
    }

    private static boolean isSound(Blob key) {
        try {
            PublicKeys.requireSound(key);
            return true;
        } catch (MalformedException e) {
            return false;
        }
    }

    private void cbor() {
        byte[] good = grant(List.of(cap(List.of(), false))).toBlob().toArray();
        for (int i = 0; i < 300; i++) {
            byte[] bytes = good.clone();
            for (int n = random.nextInt(3); n >= 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            vector("cbor", "a changed document", decodes(bytes))
                    .put("bytesHex", Blob.of(bytes).toHex());
        }
    }

    private static boolean decodes(byte[] bytes) {
        try {
            Cbor.decode(bytes);
            return true;
        } catch (MalformedException e) {
            return false;
        }
    }

    private void bindings() {
        Blob params = hash("params");
        Blob result = hash("result");
        Blob permit = Signed.sign(
                Domain.PERMIT,
                core,
                new Permit(id("permit"), "mcp", id("context"), 3, "git.log", params.sha256(), 5, Blob.EMPTY, 1, 9)
                        .toBlob());
        Blob proof = proof(3, params, result);
        for (String context : List.of("context", "other")) {
            for (Blob sent : List.of(params, result)) {
                boolean right = context.equals("context") && sent.equals(params);
                Map<String, Object> one = vector("permit", "a permit for these bytes in this context", right);
                one.put("keyHex", core.publicKey().toHex());
                one.put("coseHex", permit.toHex());
                one.put("contextHex", id(context).toHex());
                one.put("paramsHex", sent.toHex());
                for (int sequence = 3; sequence <= 4; sequence++) {
                    reply("a proof of this reply", right && sequence == 3, proof, context, sequence, sent, result);
                }
            }
        }
    }

    /** What the core says by itself: what a context holds, and which child it was given. */
    private void replies() {
        Bound odd = new Bound(id("handle"), "files.\"\\\u0000\u20acé😀", Bound.TOOL, "mcp", -1, "{}", true);
        Bound helper = new Bound(id("helper"), "helper", Bound.CHILD, "", 2, "", false);
        Bound other = new Bound(id("other"), "helper", Bound.CHILD, "", 2, "", false);
        Blob listing = Blob.utf8("[" + odd.toJson() + "," + helper.toJson() + "]");
        Blob altered = Blob.utf8("[" + odd.toJson() + "," + other.toJson() + "]");
        Blob proof = proof(4, Blob.EMPTY, listing);
        reply("a listing", true, proof, "context", 4, Blob.EMPTY, listing);
        reply("a listing of another context", false, proof, "other", 4, Blob.EMPTY, listing);
        reply("an earlier listing", false, proof, "context", 5, Blob.EMPTY, listing);
        reply("a listing with another handle", false, proof, "context", 4, Blob.EMPTY, altered);
        Blob asked = Blob.utf8("{\"handle\": \"" + id("helper").toHex() + "\"}");
        Blob child = Blob.utf8("\"" + id("child").toHex() + "\"");
        Blob named = proof(5, asked, child);
        reply("a child", true, named, "context", 5, asked, child);
        reply("a child of another context", false, named, "other", 5, asked, child);
        reply(
                "another child",
                false,
                named,
                "context",
                5,
                asked,
                Blob.utf8("\"" + id("other").toHex() + "\""));
        Blob more = Blob.utf8("{\"handle\": \"" + id("helper").toHex() + "\", \"narrow\": {\"helper\": false}}");
        reply("a child of another request", false, named, "context", 5, more, child);
        reply("a child for a listing", false, named, "context", 5, Blob.EMPTY, listing);
    }

    private Blob proof(long sequence, Blob params, Blob result) {
        Blob none = Blob.EMPTY;
        Proof proof = new Proof(id("context"), sequence, params.sha256(), result.sha256(), 0, 7, "t", none);
        return Signed.sign(Domain.PROOF, core, proof.toBlob());
    }

    private void reply(
            String name, boolean right, Blob proof, String context, long sequence, Blob params, Blob result) {
        Map<String, Object> vector = vector("proof", name, right);
        vector.put("keyHex", core.publicKey().toHex());
        vector.put("coseHex", proof.toHex());
        vector.put("contextHex", id(context).toHex());
        vector.put("sequence", sequence);
        vector.put("paramsHex", params.toHex());
        vector.put("resultHex", result.toHex());
    }

    /** Words of an approver about calls of other parameters, grants, principals, capabilities and definitions. */
    private void approvals() {
        Cap cap = cap(List.of(), false);
        Blob params = Blob.of("{\"a\":5}".getBytes(UTF_8));
        Blob digest = Question.digest(hash("grant"), alice.publicKey(), cap, params.sha256());
        Word word = new Word(core.publicKey(), digest, params.sha256(), true, NOW * 1000, "");
        Blob cose = Signed.sign(Domain.APPROVAL, APPROVER, word.toBlob());
        Word no = new Word(core.publicKey(), digest, params.sha256(), false, NOW * 1000, "no");
        approval("an approval of this call", true, cose, "grant", alice, "files.read", params);
        approval(
                "a refusal",
                false,
                Signed.sign(Domain.APPROVAL, APPROVER, no.toBlob()),
                "grant",
                alice,
                "files.read",
                params);
        approval("an approval over another grant", false, cose, "other", alice, "files.read", params);
        approval("an approval of another principal", false, cose, "grant", tenant, "files.read", params);
        approval("an approval of another capability", false, cose, "grant", alice, "files.write", params);
        Blob spaced = Blob.of("{\"a\": 5}".getBytes(UTF_8));
        approval("an approval of other bytes", false, cose, "grant", alice, "files.read", spaced);
    }

    private void approval(
            String name, boolean right, Blob cose, String grant, SigningKey principal, String capability, Blob params) {
        Map<String, Object> vector = vector("approval", name, right);
        vector.put("keyHex", APPROVER.publicKey().toHex());
        vector.put("coseHex", cose.toHex());
        vector.put("coreHex", core.publicKey().toHex());
        vector.put("grantHex", hash(grant).toHex());
        vector.put("principalHex", principal.publicKey().toHex());
        vector.put("capability", capability);
        vector.put("definitionHex", "");
        vector.put("paramsHex", params.toHex());
    }

    // ---- chains and decisions

    private static Cap cap(List<Constraint> constraints, boolean other) {
        return new Cap(
                "files.read",
                Cap.TOOL,
                "mcp",
                Cap.USE | Cap.DELEGATE,
                -1,
                constraints,
                other,
                Blob.EMPTY,
                new Rate(60, 60),
                List.of(new Cost(0, Cost.Kind.ARGUMENT, 100, "a")),
                Optional.of(new Approval(1, List.of(APPROVER.publicKey()), 600, 1, 60)));
    }

    private Grant grant(List<Cap> caps) {
        return new Grant(
                "acme",
                id("grant"),
                alice.publicKey(),
                NOW - 10,
                NOW + 3600,
                4,
                "agent",
                caps,
                List.of(),
                0,
                List.of(new Budget("cents", 1000)));
    }

    private Request request(Blob parent, List<Narrowing> narrowings, long expires) {
        return new Request(
                parent,
                id("transaction"),
                NOW,
                expires,
                "agent",
                hash("spec"),
                Blob.EMPTY,
                narrowings,
                List.of(),
                hash("input"),
                List.of(new Allowance(0, 500)));
    }

    private void chains() throws Exception {
        for (int i = 0; i < 40; i++) {
            List<Narrowing> narrowings = i % 3 == 0 ? List.of() : List.of(narrowing());
            Grant grant = grant(List.of(cap(constraints(), random.nextInt(4) == 0)));
            Blob signed = Signed.sign(Domain.GRANT, tenant, grant.toBlob());
            Blob parent = i == 7 ? hash("another grant") : signed.sha256();
            Request request = request(parent, narrowings, NOW + (i % 5 == 0 ? 100 : 1000));
            Blob asked = Signed.sign(Domain.REQUEST, i == 8 ? tenant : alice, request.toBlob());
            chain(i, grant, signed, request, asked);
        }
    }

    private void chain(int i, Grant grant, Blob signed, Request request, Blob asked) throws Exception {
        List<Blob> delegations = new ArrayList<>();
        List<SigningKey> keys = new ArrayList<>();
        boolean sound = i != 7 && i != 8;
        Chain chain = Chain.of(tenant.publicKey(), request.parent(), grant, asked.sha256(), request);
        Blob above = asked.sha256();
        for (int d = 0; d < i % 4; d++) {
            Delegation delegation = new Delegation(
                    i == 11 ? hash("another block") : above,
                    id("delegation " + d),
                    NOW + 900,
                    Blob.EMPTY,
                    random.nextInt(2) == 0 ? List.of() : List.of(narrowing()),
                    random.nextInt(2) == 0 ? List.of() : List.of(narrowing()),
                    "child",
                    hash("input"),
                    List.of(new Allowance(0, 5)),
                    List.of("files.list#paths/*"));
            SigningKey key = key("context " + d);
            Blob bytes = Signed.sign(Domain.DELEGATION, i == 10 ? core : key, delegation.toBlob());
            sound &= i != 10 && i != 11;
            delegations.add(bytes);
            keys.add(key);
            chain = chain.below(bytes.sha256(), delegation);
            above = bytes.sha256();
        }
        Map<String, Object> vector = vector("chain", "a chain of " + (2 + delegations.size()) + " blocks", sound);
        vector.put("tenantKeyHex", tenant.publicKey().toHex());
        vector.put("grantHex", signed.toHex());
        vector.put("requestHex", asked.toHex());
        vector.put("delegations", delegations.stream().map(Blob::toHex).toList());
        vector.put(
                "contextKeys", keys.stream().map(key -> key.publicKey().toHex()).toList());
        if (sound) {
            calls(chain, vector);
        }
    }

    private void calls(Chain chain, Map<String, Object> vector) {
        List<Object> calls = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int n = 0; n < 60; n++) {
            String params = params();
            long now = random.nextInt(20) == 0 ? (NOW + random.nextInt(-20, 4000)) * 1000 : NOW * 1000;
            calls.add(List.of(0, params, now));
            expected.add(code(chain, params, now));
        }
        vector.put("received", digests());
        vector.put("calls", calls);
        vector.put("expect", expected);
    }

    /** What the contexts of these vectors received, by its source. */
    private static Map<String, List<Json>> sources() {
        return new TreeMap<>(Map.of(
                "files.list#paths/*",
                List.of(new Json.Str("/repo"), new Json.Str("x")),
                "files.count#n",
                List.of(new Json.Int(1), new Json.Int(-1))));
    }

    private static Map<String, Object> digests() {
        Map<String, Object> digests = new TreeMap<>();
        sources()
                .forEach((source, values) -> digests.put(
                        source,
                        values.stream()
                                .map(value -> Arguments.digest(value).toHex())
                                .toList()));
        return digests;
    }

    private static Received received() {
        Received received = new Received();
        sources()
                .forEach((source, values) -> values.forEach(value -> received.add(new Sighting(
                        source.getBytes(UTF_8), Arguments.digest(value).toArray(), 0))));
        return received;
    }

    private static String code(Chain chain, String params, long now) {
        try {
            if (!(Json.parse(World.json(params)) instanceof Json.Obj object)) {
                return "refused";
            }
            chain.judge(0, Arguments.withDigests(object), received(), now);
            return "0";
        } catch (Refused e) {
            return String.valueOf(e.code.number());
        } catch (MalformedException e) {
            return "refused";
        }
    }

    private String params() {
        List<String> members = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            if (random.nextInt(name.equals("c") ? 8 : 3) > 0 == !name.equals("c")) {
                members.add("\"" + name + "\":" + pick(VALUES));
            }
        }
        if (random.nextInt(40) == 0) {
            members.add("\"a\":1");
        }
        return members.stream().collect(Collectors.joining(",", "{", "}"));
    }

    private Narrowing narrowing() {
        return new Narrowing(0, constraints(), -1, random.nextInt(6) == 0);
    }

    private List<Constraint> constraints() {
        List<Constraint> constraints = new ArrayList<>();
        for (int n = random.nextInt(3); n > 0; n--) {
            Kind kind = KINDS.get(random.nextInt(KINDS.size()));
            Constraint constraint = new Constraint(pick(PATHS), kind, operands(kind), random.nextInt(3) > 0);
            try {
                constraint.check();
                constraints.add(constraint);
            } catch (MalformedException e) {
                throw new IllegalStateException(kind.toString(), e);
            }
        }
        return constraints;
    }

    private List<Cbor> operands(Kind kind) {
        return switch (kind) {
            case EQ -> List.of(scalar());
            case IN, NOT_IN, SUBSET -> List.of(scalar(), scalar(), Cbor.of("x"));
            case MIN -> List.of(random.nextBoolean() ? Cbor.of(random.nextInt(-3, 6)) : Cbor.of("1.50"));
            case MAX -> List.of(random.nextBoolean() ? Cbor.of(random.nextInt(-3, 6)) : Cbor.of("12.5"));
            case MAX_LENGTH -> List.of(Cbor.of(random.nextInt(4)));
            case PREFIX -> List.of(Cbor.of(pick("/repo", "", "x", "https://")));
            case GLOB -> List.of(Cbor.of(pick("/repo/*", "**", "?", "/repo**", "*.com")));
            case UNDER -> List.of(Cbor.of(pick("/repo", "/")));
            case ABSENT, ANY -> List.of();
            case CIDR -> List.of(Cbor.of(pick("10.0.0.0/8", "10.2.3.4/32", "::/0", "2001:db8::/32", "0.0.0.0/0")));
            case HOST -> List.of(Cbor.of(pick("api.example.com", "*.example.com")), Cbor.of("example.com"));
            case URL ->
                List.of(Cbor.of(pick("https://api.example.com/v1", "https://*.example.com", "http://10.2.3.4:8080")));
            case FROM -> List.of(Cbor.of(pick("files.list#paths/*", "files.count#n", "never#read")), Cbor.of(1));
        };
    }

    private Cbor scalar() {
        return switch (random.nextInt(4)) {
            case 0 -> Cbor.of(random.nextInt(-2, 6));
            case 1 -> Cbor.of(random.nextBoolean());
            case 2 -> new Cbor.Null();
            default -> Cbor.of(pick("x", "", "/repo", "1.5"));
        };
    }

    private String pick(String... from) {
        return from[random.nextInt(from.length)];
    }

    // ---- strict JSON

    /** Each bound of constraints.md from both sides, and what two parsers could read differently. */
    private void strictJson() {
        for (String number : List.of(
                "9223372036854775807",
                "9223372036854775808",
                "-9223372036854775808",
                "-9223372036854775809",
                "-0",
                "01",
                "1.",
                "1e",
                "+1",
                "NaN",
                "1e300",
                "1e301",
                "9.9e300",
                "1e-300",
                "1e-301",
                "0.1e-299",
                "0e300",
                "0e301",
                "0.0",
                "1e99999999999999999999",
                "0." + "0".repeat(45) + "1",
                "0." + "0".repeat(46) + "1",
                "1." + "1".repeat(39),
                "1." + "1".repeat(40),
                "1." + "0".repeat(39),
                "1." + "0".repeat(40))) {
            json("a number", number);
        }
        for (String document : List.of(
                "{\"a\":1,\"a\":1}",
                "{\"a\":1,\"\\u0061\":1}",
                "[{\"x\":{\"k\":1,\"k\":1}}]",
                "\"\\ud83d\\ude00\"",
                "\"\\ud83d\"",
                "\"\\ude00\\ud83d\"",
                "{\"\\udead\":1}",
                "\"\t\"",
                "\"\\x\"",
                "\uFEFF{}",
                " \n\r\t{} ",
                "\u00a0{}",
                "{} {}",
                "[1,]",
                "",
                "[".repeat(32) + "1" + "]".repeat(32),
                "[".repeat(33) + "1" + "]".repeat(33),
                "[".repeat(33) + "]".repeat(33),
                "[".repeat(34) + "]".repeat(34),
                "{\"a\":".repeat(33) + "1" + "}".repeat(33))) {
            json("a document", document);
        }
        for (String hex : List.of("22ff22", "22c08022", "22eda08022", "22f490808022", "22f09f988022", "22c322")) {
            json("bytes that may be no UTF-8", Blob.fromHex(hex));
        }
    }

    private void json(String name, String document) {
        json(name, Blob.of(document.getBytes(UTF_8)));
    }

    private void json(String name, Blob document) {
        vector("json", name, isStrict(document)).put("bytesHex", document.toHex());
    }

    private static boolean isStrict(Blob document) {
        try {
            Json.parse(document);
            return true;
        } catch (MalformedException e) {
            return false;
        }
    }

    // ---- the file

    private static String json(Object value) {
        return switch (value) {
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(e -> json(e.getKey()) + ": " + json(e.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
            case List<?> list -> list.stream().map(VectorsTest::json).collect(Collectors.joining(", ", "[", "]"));
            case String text -> quoted(text);
            default -> value.toString();
        };
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit == '"' || unit == '\\') {
                quoted.append('\\').append(unit);
            } else if (unit >= ' ' && unit < 127) {
                quoted.append(unit);
            } else {
                quoted.append(String.format("\\u%04x", (int) unit));
            }
        }
        return quoted.append('"').toString();
    }
}
