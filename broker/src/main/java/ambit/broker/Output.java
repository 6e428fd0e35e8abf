package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.FrontEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Where a guest's output goes, and how much of it there may be. Each of its streams belongs to one thread. */
sealed interface Output {
    /** Takes a piece; false once there is more than allowed, and the guest must end. */
    boolean stdout(Blob piece);

    /** Takes a piece; false once there is more than allowed, and the guest must end. */
    boolean stderr(Blob piece);

    /** SHA-256 of all of standard output. */
    Blob digest();

    /** Standard output as text, where it is the result that another agent reads; empty otherwise. */
    String text();

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
        public Blob digest() {
            synchronized (digest) {
                return copyOf(digest);
            }
        }

        @Override
        public String text() {
            return "";
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
        public Blob digest() {
            synchronized (result) {
                return Blob.of(result.toByteArray()).sha256();
            }
        }

        @Override
        public String text() {
            synchronized (result) {
                return result.toString(StandardCharsets.UTF_8);
            }
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
