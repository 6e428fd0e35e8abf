package ambit.cli;

import ambit.audit.scope.Scope;
import ambit.audit.scope.ScopedReply;
import ambit.authority.Proof;
import ambit.authority.signing.BadSignature;
import ambit.authority.signing.Signed;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.text.Terminal;
import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Needs an answer and the core's public key; nothing of the kernel. */
@Command(
        name = "verify",
        description = {
            "Verify offline that an answer is what the core signed.",
            "FILE is what POST /syscall/tool_call answered: JSON with 'proof' and 'result'. Of the result of a search, chunks may be"
                    + " left out: each of the others is proved by its path to be one that was found in the scope."
        },
        mixinStandardHelpOptions = true)
final class ProofVerifyCommand implements Callable<Integer> {
    private static final long MOST = 8L << 20;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ProofCommand proof;

    @Parameters(paramLabel = "FILE", description = "An answer with its proof.")
    private Path file = Path.of("");

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "The core's public key (core.pub or core.vkey); this project's otherwise.")
    private Optional<Path> key = Optional.empty();

    @Override
    public Integer call() throws IOException {
        Terminal terminal = proof.main.terminal();
        Path keys = key.orElseGet(() -> proof.main.project().places().coreKey());
        Blob coreKey = new CoreKeyFile(keys).key();
        try {
            if (Files.size(file) > MOST) {
                throw new MalformedException("it is larger than any answer");
            }
            verify(Files.readString(file), coreKey, terminal);
            return ExitCode.OK;
        } catch (MalformedException | BadSignature e) {
            terminal.error(file + " is not proved: " + Terminal.plain(String.valueOf(e.getMessage())), "");
            return ExitCode.AGENT_FAILED;
        } catch (IOException e) {
            throw Failure.usage(file + " cannot be read: " + e.getMessage(), "").because(e);
        }
    }

    private static void verify(String text, Blob coreKey, Terminal terminal) throws MalformedException, BadSignature {
        // So that nobody reads another member of the same name, or what stands behind.
        Json.parse(utf8(text));
        String result = Members.exact(text, "result");
        Proof said = signed(Members.exact(text, "proof"), coreKey);
        terminal.result("transaction " + said.transaction() + ", context "
                + said.context().toHex() + ", call " + said.sequence() + ", entry #" + said.logIndex() + " of the log");
        boolean whole = utf8(result).sha256().equals(said.resultDigest());
        if (whole) {
            terminal.result("the result is exactly the one that was signed");
        }
        if (said.scope().isEmpty()) {
            if (!whole) {
                throw new MalformedException("the result is not the one that was signed");
            }
            return;
        }
        ScopedReply reply = ScopedReply.parse(Json.parse(utf8(result)));
        reply.verify(said.scope());
        if (!reply.scope().query().equals(said.paramsDigest())) {
            throw new MalformedException("the scope is of another query");
        }
        show(reply, terminal);
    }

    private static Proof signed(String json, Blob coreKey) throws MalformedException, BadSignature {
        if (Json.parse(utf8(json)) instanceof Json.Str(String base64)) {
            try {
                Blob cose = Blob.of(Base64.getDecoder().decode(base64));
                return Proof.parse(Signed.verify(Cose.Domain.PROOF, coreKey, cose));
            } catch (IllegalArgumentException e) {
                throw new MalformedException("its proof is not base64");
            }
        }
        throw new MalformedException("its proof is not a text");
    }

    private static void show(ScopedReply reply, Terminal terminal) {
        for (Scope.Namespace namespace : reply.scope().namespaces()) {
            terminal.result("searched " + Terminal.plain(namespace.mount()) + " at snapshot "
                    + namespace.snapshot().toHex());
        }
        terminal.result("under the policy " + reply.scope().policy().toHex());
        List<ScopedReply.Item> chunks = reply.chunks();
        for (ScopedReply.Item item : chunks) {
            terminal.result(
                    "chunk " + item.rank() + " is " + item.chunk().hash().toHex() + " of "
                            + Terminal.plain(item.mount() + "/" + item.chunk().source()));
        }
        terminal.result(
                reply.isWhole()
                        ? "these are all that was found"
                        : chunks.size() + " of the " + reply.scope().count() + " that were found");
    }

    private static Blob utf8(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The exact text of a member of a JSON object: what was signed are its bytes, not its meaning. */
    private static final class Members {
        private Members() {}

        static String exact(String text, String wanted) throws MalformedException {
            int depth = 0;
            String name = "";
            String last = "";
            int start = -1;
            for (int at = 0; at < text.length(); ) {
                int end = token(text, at);
                String token = text.substring(at, end).strip();
                if (depth == 1 && token.equals(":")) {
                    name = last;
                    start = end;
                } else if (depth == 1 && (token.equals(",") || token.equals("}")) && name.equals('"' + wanted + '"')) {
                    return text.substring(start, at).strip();
                }
                depth += token.equals("{") || token.equals("[") ? 1 : token.equals("}") || token.equals("]") ? -1 : 0;
                last = token.isEmpty() ? last : token;
                at = end;
            }
            throw new MalformedException("it has no '" + wanted + "'");
        }

        /** Where the token that begins here ends: a string, or one other character. */
        private static int token(String text, int at) throws MalformedException {
            if (text.charAt(at) != '"') {
                return at + 1;
            }
            for (int i = at + 1; i < text.length(); i++) {
                if (text.charAt(i) == '\\') {
                    i++;
                } else if (text.charAt(i) == '"') {
                    return i + 1;
                }
            }
            throw new MalformedException("it is cut off");
        }
    }
}
