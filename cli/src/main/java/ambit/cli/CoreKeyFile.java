package ambit.cli;

import ambit.authority.keyfile.PublicKeyFile;
import ambit.authority.signing.PublicKeys;
import ambit.cli.outcome.Failure;
import ambit.log.JournalException;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file with what checkpoints are verified with: the line of {@code core.pub}, or verifier keys, one a line. */
record CoreKeyFile(Path file) {
    /** The core's Ed25519 key. */
    Blob key() {
        return keys("").stream()
                .filter(it -> it.type() == VerifierKey.ED25519)
                .map(VerifierKey::key)
                .findFirst()
                .orElseThrow(() -> Failure.usage("there is no Ed25519 key in " + file, "core.pub is one"));
    }

    /** All of them; one of {@code core.pub}, which names no log, is this log's. */
    List<VerifierKey> keys(String origin) {
        try {
            List<String> lines = Files.readString(file)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            if (lines.size() == 1 && lines.getFirst().startsWith(PublicKeys.LABEL)) {
                return List.of(VerifierKey.ed25519(origin, PublicKeyFile.parse(lines.getFirst())));
            }
            return lines.stream().map(VerifierKey::parse).toList();
        } catch (IOException | JournalException e) {
            throw Failure.usage("cannot read the core's public key from " + file, "name it with --key")
                    .because(e);
        }
    }
}
