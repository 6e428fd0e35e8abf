package ambit.authority.keyfile;

import java.io.IOException;
import java.nio.file.Path;

/** A passphrase that does not open its file; or the file was changed, which looks the same. */
public final class WrongPassphrase extends IOException {
    private static final long serialVersionUID = 1L;

    WrongPassphrase(Path file) {
        super("the passphrase does not open " + file);
    }
}
