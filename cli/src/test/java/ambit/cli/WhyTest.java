package ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Allowance;
import ambit.authority.Budget;
import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Cost;
import ambit.authority.Delegation;
import ambit.authority.Grant;
import ambit.authority.Memory;
import ambit.authority.Narrowing;
import ambit.authority.Rate;
import ambit.authority.Request;
import ambit.authority.Revocation;
import ambit.authority.approval.Heard;
import ambit.authority.approval.Word;
import ambit.authority.keyfile.SecretKeyFile;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.cli.outcome.ExitCode;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A chain of every kind of block, explained as text, as JSON and as a drawing. */
class WhyTest {
    private static final Blob PARENT = id(1);
    private static final Blob CHILD = id(2);
    private static final Blob TRANSACTION = id(3);
    private static final long NOW = 1_780_000_000L;
    private static final SigningKey CONTEXT = SigningKey.generate();
    private static final String HOSTILE = "<script>alert('x')</script> & \u001b[31m \u202e \uffff ]]>";

    @TempDir
    private Path directory;

    private Shell shell = new Shell(Path.of(""));

    @SuppressWarnings("NullAway.Init")
    private TestLog log;

    private Blob grant = Blob.EMPTY;
    private Blob request = Blob.EMPTY;
    private Blob delegation = Blob.EMPTY;

    private static Blob id(int n) {
        byte[] id = new byte[16];
        id[0] = (byte) n;
        return Blob.of(id);
    }

    @BeforeEach
    void aTransactionWithAChild() throws IOException {
        shell = new Shell(directory);
        log = new TestLog(directory);
        SigningKey tenant = SecretKeyFile.read(directory.resolve(".ambit/keys/tenant.key"));
        SigningKey principal = principal();
        grant = Signed.sign(Domain.GRANT, tenant, grant(principal.publicKey()).toBlob());
        request = Signed.sign(Domain.REQUEST, principal, request().toBlob());
        delegation = Signed.sign(Domain.DELEGATION, CONTEXT, delegation().toBlob());
        String transaction = TRANSACTION.toHex();
        log.add(new Entry.TenantRegistered(ms(0), "acme", tenant.publicKey()));
        log.add(new Entry.GrantSeen(ms(1), grant.sha256(), grant));
        log.add(new Entry.Admitted(
                ms(2),
                PARENT,
                transaction,
                "acme",
                principal.publicKey(),
                "notes",
                grant.sha256(),
                request.sha256(),
                CONTEXT.publicKey(),
                request,
                ms(600)));
        log.add(new Entry.Spawned(
                ms(3),
                CHILD,
                transaction + ".1",
                "helper",
                PARENT,
                delegation.sha256(),
                CONTEXT.publicKey(),
                delegation,
                ms(500),
                debits(1, 1)));
    }

    @AfterEach
    void close() {
        log.close();
    }

    private SigningKey principal() throws IOException {
        try (var files = Files.list(directory.resolve(".ambit/keys"))) {
            Path key = files.filter(it -> it.toString().endsWith(".key") && !it.endsWith("tenant.key"))
                    .findFirst()
                    .orElseThrow();
            return SecretKeyFile.read(key);
        }
    }

    private static long ms(long seconds) {
        return (NOW + seconds) * 1000;
    }

    private static Constraint under(String path) {
        return new Constraint("path", Constraint.Kind.UNDER, List.of(Cbor.of(path)), false);
    }

    private static Grant grant(Blob holder) {
        Cap read = new Cap(
                "files.read_text_file",
                Cap.TOOL,
                "files",
                Cap.USE | Cap.DELEGATE,
                100,
                List.of(under("/documents")),
                false,
                Blob.EMPTY,
                Rate.NONE,
                List.of(new Cost(0, Cost.Kind.CALL, 2, "")),
                Optional.empty());
        Cap child = new Cap("agent.helper", Cap.CHILD, "", Cap.USE, 3, List.of(), true, Blob.EMPTY);
        return new Grant(
                "acme",
                id(9),
                holder,
                NOW - 1000,
                NOW + 86_400,
                2,
                "notes",
                List.of(read, child),
                List.of(new Memory("user/notes", 3, 1 << 20)),
                0,
                List.of(new Budget("cents", 500)));
    }

    private Request request() {
        return new Request(
                grant.sha256(),
                TRANSACTION,
                NOW,
                NOW + 600,
                "notes",
                TestLog.HASH,
                Blob.EMPTY,
                List.of(new Narrowing(0, List.of(), 20, false)),
                List.of(),
                TestLog.HASH,
                List.of(new Allowance(0, 60)));
    }

    private Delegation delegation() {
        return new Delegation(
                request.sha256(),
                id(8),
                NOW + 500,
                Blob.of(new byte[] {2}),
                List.of(new Narrowing(0, List.of(under("/documents/public")), 3, false)),
                List.of(),
                "helper",
                TestLog.HASH,
                List.of(),
                List.of());
    }

    /** What the account of capability 0, and the budget, have after a call. */
    private List<Entry.Debit> debits(long uses, long spent) {
        return List.of(
                new Entry.Debit(grant.sha256(), 0, 40 + uses, 100),
                new Entry.Debit(request.sha256(), 0, uses, 20),
                new Entry.Debit(delegation.sha256(), 0, uses, 3),
                new Entry.Debit(grant.sha256(), Entry.BUDGETS, 200 + spent, 500));
    }

    private long allowed(int uses) {
        return allowed(uses, Blob.EMPTY);
    }

    private long allowed(int uses, Blob approval) {
        return log.add(new Entry.Allowed(
                ms(10 + uses),
                CHILD,
                TRANSACTION.toHex() + ".1",
                uses,
                1,
                "files.read_text_file",
                TestLog.HASH,
                id(20 + uses),
                "files",
                false,
                debits(uses, 2L * uses),
                List.of(),
                approval));
    }

    private long denied(Denial code, String sentence) {
        return log.add(new Entry.Denied(
                ms(20),
                CHILD,
                TRANSACTION.toHex() + ".1",
                1,
                "files.read_text_file",
                TestLog.HASH,
                code.number(),
                sentence));
    }

    private JsonNode json(long index) {
        int exit = shell.run("why", Long.toString(index), "--json");
        assertThat(exit).as(shell.err()).isZero();
        return new JsonMapper().readTree(shell.out());
    }

    private Document drawing(long index) throws Exception {
        Path file = directory.resolve("why.svg");
        assertThat(shell.run("why", Long.toString(index), "--svg", file.toString()))
                .as(shell.err())
                .isZero();
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(Files.readAllBytes(file)));
    }

    private static String texts(Document drawing) {
        StringBuilder all = new StringBuilder();
        NodeList nodes = drawing.getElementsByTagName("text");
        for (int i = 0; i < nodes.getLength(); i++) {
            all.append(nodes.item(i).getTextContent()).append('\n');
        }
        return all.toString();
    }

    @Test
    void anAllowedCallIsExplainedFromTheRootKeyToItsOutcome() throws Exception {
        long index = allowed(1);
        log.add(new Entry.Outcome(ms(12), id(21), 0, TestLog.HASH, 4211, 37, List.of()));
        JsonNode why = json(index);
        assertThat(why.get("sound").asBoolean()).isTrue();
        assertThat(why.get("chain").valueStream().map(it -> it.get("kind").asString()))
                .containsExactly("root-key", "grant", "request", "delegation");
        assertThat(why.get("chain").get(3).get("debits").get(0).get("uses").asInt())
                .isEqualTo(1);
        assertThat(why.get("chain").get(1).get("signerName").asString()).isEqualTo("tenant");
        assertThat(why.get("outcome").get("bytes").asInt()).isEqualTo(4211);
        String drawn = texts(drawing(index));
        assertThat(drawn)
                .containsSubsequence(
                        "Root key of tenant acme", "Grant", "Request", "Delegation", "Allowed", "Outcome: ok")
                .contains("uses of files.read_text_file: 1 of 3 with this call")
                .contains("path at or under \"/documents/public\"")
                .contains("budget cents: at most 60");
        assertThat(shell.run("why", Long.toString(index))).isZero();
        assertThat(shell.out())
                .contains("✓ grant", "✓ request", "✓ delegation", "1 with this call, of 3", "outcome ok");
    }

    @Test
    void whoApprovedACallIsPartOfTheAnswer() throws Exception {
        Blob approval = Blob.of(new byte[32]);
        SigningKey approver = principal();
        SigningKey other = SigningKey.generate();
        says(approver, approval, true, ms(9));
        says(other, TestLog.HASH.sha256(), true, ms(9));
        says(other, approval, false, ms(9));
        says(other, approval, true, ms(4)); // over at 10
        long index = allowed(1, approval);
        JsonNode words = json(index).get("words");
        assertThat(words.valueStream().map(it -> it.get("index").asInt())).containsExactly(5);
        assertThat(words.get(0).get("signerName").asString()).isNotEmpty();
        assertThat(texts(drawing(index))).containsSubsequence("Delegation", "Approver's word", "Allowed");
        assertThat(shell.run("why", Long.toString(index))).isZero();
        assertThat(shell.out()).contains("✓ approver's word  #5");
        assertThat(json(7).get("words").get(0).get("sound").asBoolean()).isTrue();
    }

    @Test
    void aWordThatTheApproverDidNotSignMakesItUnsound() {
        Blob approval = Blob.of(new byte[32]);
        Blob forged = word(SigningKey.generate(), approval, true);
        log.add(new Entry.Approved(
                ms(5), approval, SigningKey.generate().publicKey(), new Heard(ms(5), ms(60), 1, ""), forged));
        long index = allowed(1, approval);
        assertThat(shell.run("why", Long.toString(index))).isEqualTo(ExitCode.AGENT_FAILED);
        assertThat(shell.out()).contains("✗ approver's word");
    }

    private void says(SigningKey approver, Blob approval, boolean yes, long untilMs) {
        Heard heard = new Heard(ms(5), yes ? untilMs + 6_000 : untilMs, yes ? 1 : Heard.REFUSED, yes ? "" : "no");
        Blob word = word(approver, approval, yes);
        log.add(
                yes
                        ? new Entry.Approved(ms(5), approval, approver.publicKey(), heard, word)
                        : new Entry.ApprovalRefused(ms(5), approval, approver.publicKey(), heard, word));
    }

    private static Blob word(SigningKey approver, Blob approval, boolean yes) {
        Word word = new Word(TestLog.HASH, approval, TestLog.HASH, yes, ms(5), yes ? "" : "no");
        return Signed.sign(Domain.APPROVAL, approver, word.toBlob());
    }

    @Test
    void aDeniedCallNamesTheBlockThatRefused() throws Exception {
        allowed(1);
        String public_ = under("/documents/public").describe();
        long index = denied(Denial.CONSTRAINT, Denial.CONSTRAINT.sentence() + ": " + public_);
        assertThat(json(index).get("refused").get("block").asInt()).isEqualTo(3);
        assertThat(texts(drawing(index))).contains("Denied: CONSTRAINT").contains("the delegation at #4 refused");
        String documents = under("/documents").describe();
        index = denied(Denial.CONSTRAINT, Denial.CONSTRAINT.sentence() + ": " + documents);
        assertThat(json(index).get("refused").get("block").asInt()).isEqualTo(1);
        index = denied(Denial.ARGUMENT_NOT_NAMED, Denial.ARGUMENT_NOT_NAMED.sentence() + ": head");
        assertThat(json(index).get("refused").get("block").asInt()).isEqualTo(1);
        index = denied(Denial.UNKNOWN_HANDLE, Denial.UNKNOWN_HANDLE.sentence());
        assertThat(json(index).get("refused").get("block").asInt()).isEqualTo(-1);
    }

    @Test
    void whatIsUsedUpIsUsedUpInTheBlockWhoseCountIsReached() throws Exception {
        allowed(1);
        allowed(2);
        allowed(3);
        long index = denied(Denial.USES_EXHAUSTED, Denial.USES_EXHAUSTED.sentence());
        assertThat(json(index).get("refused").get("block").asInt()).isEqualTo(3);
        index = denied(Denial.BUDGET_EXHAUSTED, "not enough is left of the budget cents");
        assertThat(json(index).get("refused").get("block").asInt()).isEqualTo(1);
    }

    @Test
    void aRevocationBeforeIsPartOfTheAnswer() throws Exception {
        SigningKey tenant = SecretKeyFile.read(directory.resolve(".ambit/keys/tenant.key"));
        Revocation word = new Revocation("acme", id(9), HOSTILE, NOW + 15);
        Blob revocation = Signed.sign(Domain.REVOCATION, tenant, word.toBlob());
        log.add(new Entry.Revoked(ms(15), 1, "acme", id(9), revocation));
        long index = denied(Denial.REVOKED, Denial.REVOKED.sentence());
        JsonNode why = json(index);
        assertThat(why.get("ends").get(0).get("kind").asString()).isEqualTo("revocation");
        assertThat(why.get("refused").get("because").asString()).contains("after the revocation at #5");
        assertThat(texts(drawing(index))).contains("Revocation", "Denied: REVOKED");
    }

    @Test
    void nothingThatOthersWroteIsMarkupInTheDrawing() throws Exception {
        long index = log.add(new Entry.Denied(
                ms(20), CHILD, TRANSACTION.toHex() + ".1", 1, HOSTILE, TestLog.HASH, 3, HOSTILE + "字".repeat(300)));
        Document drawing = drawing(index);
        assertThat(drawing.getElementsByTagName("script").getLength()).isZero();
        assertThat(texts(drawing)).contains("<script>alert('x')</script> &").doesNotContain("\u202e", "\u001b");
        NodeList all = drawing.getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            Element element = (Element) all.item(i);
            assertThat(element.getTagName()).isIn("svg", "title", "rect", "path", "text");
        }
    }

    @Test
    void aBlockThatDoesNotVerifyMakesItUnsound() {
        Blob forged =
                Signed.sign(Domain.REQUEST, SigningKey.generate(), request().toBlob());
        log.add(new Entry.Admitted(
                ms(2),
                id(7),
                "f".repeat(32),
                "acme",
                TestLog.HASH,
                "notes",
                grant.sha256(),
                forged.sha256(),
                CONTEXT.publicKey(),
                forged,
                ms(600)));
        assertThat(shell.run("why", "5")).isEqualTo(1);
        assertThat(shell.out()).contains("✗ request  #5  it does not verify");
    }
}
