package ambit.cli.backup;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A stream under a passphrase: 16 bytes of salt, then blocks of at most 1 MiB, each AES-256-GCM under a key of PBKDF2-HMAC-SHA-256. The nonce is the
 * block's number and whether it is the last, so that none can be left out, repeated or moved, and an end that is missing is noticed.
 */
final class SealedBlocks {
    private static final int ITERATIONS = 600_000;
    private static final int BLOCK = 1 << 20;
    private static final int SALT = 16;
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;
    private static final int KEY_BITS = 256;

    private final Cipher cipher;
    private final SecretKeySpec key;
    private long number;

    private SealedBlocks(byte[] salt, char[] passphrase) throws IOException {
        PBEKeySpec spec = new PBEKeySpec(passphrase, salt, ITERATIONS, KEY_BITS);
        try {
            key = new SecretKeySpec(
                    SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                            .generateSecret(spec)
                            .getEncoded(),
                    "AES");
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java has no AES-GCM", e);
        } finally {
            spec.clearPassword();
        }
    }

    private byte[] next(int mode, boolean last, byte[] bytes, int length) throws GeneralSecurityException {
        byte[] nonce =
                ByteBuffer.allocate(NONCE).putInt(last ? 1 : 0).putLong(number).array();
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        byte[] done = cipher.doFinal(bytes, 0, length);
        number++;
        return done;
    }

    /** Seals what is written; closing it ends it, and leaves {@code to} open. */
    static OutputStream seal(OutputStream to, char[] passphrase) throws IOException {
        byte[] salt = new byte[SALT];
        new SecureRandom().nextBytes(salt);
        to.write(salt);
        SealedBlocks blocks = new SealedBlocks(salt, passphrase);
        byte[] block = new byte[BLOCK];
        return new OutputStream() {
            private int filled;
            private boolean closed;

            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                for (int done = 0; done < length; ) {
                    if (filled == BLOCK) {
                        flushBlock(false);
                    }
                    int more = Math.min(BLOCK - filled, length - done);
                    System.arraycopy(bytes, offset + done, block, filled, more);
                    filled += more;
                    done += more;
                }
            }

            private void flushBlock(boolean last) throws IOException {
                try {
                    byte[] sealed = blocks.next(Cipher.ENCRYPT_MODE, last, block, filled);
                    to.write(last ? 1 : 0);
                    to.write(ByteBuffer.allocate(Integer.BYTES)
                            .putInt(sealed.length)
                            .array());
                    to.write(sealed);
                } catch (GeneralSecurityException e) {
                    throw new IOException("AES-GCM failed", e);
                }
                Arrays.fill(block, (byte) 0);
                filled = 0;
            }

            @Override
            public void close() throws IOException {
                if (!closed) {
                    closed = true;
                    flushBlock(true);
                }
            }
        };
    }

    /** What was sealed; a block that does not open is a {@link DamagedBackup}. */
    static InputStream open(InputStream from, char[] passphrase) throws IOException {
        byte[] salt = from.readNBytes(SALT);
        if (salt.length < SALT) {
            throw new DamagedBackup("is cut off");
        }
        SealedBlocks blocks = new SealedBlocks(salt, passphrase);
        DataInputStream in = new DataInputStream(from);
        return new InputStream() {
            private byte[] block = new byte[0];
            private int used;
            private boolean last;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                while (used == block.length) {
                    if (last) {
                        return -1;
                    }
                    block = nextBlock();
                    used = 0;
                }
                int some = Math.min(length, block.length - used);
                System.arraycopy(block, used, bytes, offset, some);
                used += some;
                return some;
            }

            private byte[] nextBlock() throws IOException {
                try {
                    last = in.readUnsignedByte() == 1;
                    int size = in.readInt();
                    if (size < TAG_BITS / Byte.SIZE || size > BLOCK + TAG_BITS / Byte.SIZE) {
                        throw new DamagedBackup("was changed since it was written");
                    }
                    byte[] sealed = new byte[size];
                    in.readFully(sealed);
                    byte[] opened = blocks.next(Cipher.DECRYPT_MODE, last, sealed, size);
                    if (last && in.read() >= 0) {
                        throw new DamagedBackup("has something after its end");
                    }
                    return opened;
                } catch (EOFException e) {
                    throw new DamagedBackup("is cut off");
                } catch (GeneralSecurityException e) {
                    throw new DamagedBackup(
                            blocks.number == 0
                                    ? "is not opened by this passphrase, or was changed since it was written"
                                    : "was changed since it was written");
                }
            }
        };
    }
}
