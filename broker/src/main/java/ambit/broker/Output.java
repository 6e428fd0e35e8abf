package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.End;
import ambit.wire.FrontEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;

/** Where a guest's output goes, and how much of it there may be. Each of its streams belongs to one thread. */
sealed interface Output {
    /** Takes a piece; false once there is more than allowed, and the guest must end. */
    boolean stdout(Blob piece);

    /** Takes a piece; false once there is more than allowed, and the guest must end. */
    boolean stderr(Blob piece);

    /** SHA-256 of all of standard output, or of the {@link #result} that another agent reads. */
    Blob digest(End how, int exitCode);

    /** What another agent reads of one that ended so: exit code and standard output, as JSON; nothing where none does. */
    Blob result(End how, int exitCode);

    /** The output of a transaction's first agent goes to whoever started it, as it comes. */
    final class Forwarded implements Output {
        /** Bytes of each of the two streams. */
        static final long MAX_BYTES = 64L << 20;

        private final Observer observer;
        private final MessageDigest digest = sha256();
        private long stdoutBytes;
        private long stderrBytes;

        Forwarded(Observer observer) {
            this.observer = observer;
        }

        @Override
        public boolean stdout(Blob piece) {
            stdoutBytes += piece.size();
            if (stdoutBytes > MAX_BYTES) {
                return false;
            }
            synchronized (digest) {
                digest.update(piece.toArray());
            }
            observer.saw(new FrontEvent.Stdout(piece));
            return true;
        }

        @Override
        public boolean stderr(Blob piece) {
            stderrBytes += piece.size();
            if (stderrBytes > MAX_BYTES) {
                return false;
            }
            observer.saw(new FrontEvent.Stderr(piece));
            return true;
        }

        @Override
        public Blob digest(End how, int exitCode) {
            synchronized (digest) {
                return copyOf(digest);
            }
        }

        @Override
        public Blob result(End how, int exitCode) {
            return Blob.EMPTY;
        }
    }

    /** The standard output of a child is its result; what it says on standard error goes to whoever started it all. */
    final class Collected implements Output {
        /** Bytes of a child's result. */
        static final int MAX_RESULT = 1 << 20;

        private final Observer observer;
        private final ByteArrayOutputStream result = new ByteArrayOutputStream();
        private long stderrBytes;

        Collected(Observer observer) {
            this.observer = observer;
        }

        @Override
        public boolean stdout(Blob piece) {
            synchronized (result) {
                if (result.size() + piece.size() > MAX_RESULT) {
                    return false;
                }
                result.writeBytes(piece.toArray());
                return true;
            }
        }

        @Override
        public boolean stderr(Blob piece) {
            stderrBytes += piece.size();
            if (stderrBytes > Forwarded.MAX_BYTES) {
                return false;
            }
            observer.saw(new FrontEvent.Stderr(piece));
            return true;
        }

        @Override
        public Blob digest(End how, int exitCode) {
            return result(how, exitCode).sha256();
        }

        @Override
        public Blob result(End how, int exitCode) {
            String text;
            synchronized (result) {
                text = result.toString(StandardCharsets.UTF_8);
            }
            return JsonText.object(json -> {
                json.writeNumberProperty("exit", exitCode);
                json.writeStringProperty("output", text);
                if (how != End.SUCCESS && how != End.AGENT_FAILED) {
                    json.writeStringProperty("ended", how.name().toLowerCase(Locale.ROOT));
                }
            });
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static Blob copyOf(MessageDigest digest) {
        try {
            return Blob.of(((MessageDigest) digest.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("every SHA-256 can be cloned", e);
        }
    }
}
