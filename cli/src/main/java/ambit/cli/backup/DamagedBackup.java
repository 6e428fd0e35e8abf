package ambit.cli.backup;

import java.io.IOException;

/** A file that is no backup, not all of it, or not as it was written. The message says which, after the file's name. */
public final class DamagedBackup extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedBackup(String sentence) {
        super(sentence);
    }
}
