package ambit.audit;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Bitmap;
import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Constraint.Kind;
import ambit.authority.Delegation;
import ambit.authority.Grant;
import ambit.authority.Memory;
import ambit.authority.Narrowing;
import ambit.authority.Permit;
import ambit.authority.Proof;
import ambit.authority.Receipt;
import ambit.authority.Request;
import ambit.authority.Revocation;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Denial;
import java.util.List;
import org.junit.jupiter.api.Test;

class DescriptionsTest {
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

    @Test
    void aGrantSaysInWordsWhatItGives() {
        assertThat(Descriptions.of(GRANT))
                .containsExactly(
                        "grant 11111111111111111111111111111111 of tenant acme",
                        "to the holder of ambit-ed25519 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
                        "to run the agent agent",
                        "from 2027-01-15T08:00:00Z until 2027-01-15T09:00:00Z",
                        "children at most 2 deep",
                        "git.git_log at most 10 times, with repo_path = \"/repo\", max_count (may be left out) ≤ 50, "
                                + "no other argument, may be delegated, definition pinned",
                        "memory own: read and write, at most 1024 bytes");
    }

    @Test
    void theOtherArtifactsHaveWordsToo() {
        assertThat(Descriptions.of(REQUEST))
                .contains(
                        "drops the capabilities 1, 9",
                        "capability 0 at most 3 times, with max_count (may be left out) ≥ 1, no other argument",
                        "inherits \"summary\" of t-1");
        assertThat(Descriptions.of(DELEGATION)).first().asString().endsWith("to the agent child");
        assertThat(Descriptions.of(PERMIT))
                .element(1)
                .asString()
                .contains("call 7")
                .endsWith("git.git_log");
        assertThat(Descriptions.of(RECEIPT)).first().asString().contains("DRIVER_FAILED");
        assertThat(Descriptions.of(PROOF)).first().asString().endsWith("done");
        assertThat(Descriptions.of(REVOCATION)).element(1).asString().endsWith("because \"key lost\"");
    }
}
