package ambit.authority.keyfile;

import java.io.IOException;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * An encrypted private key (RFC 5958 §3) in the one scheme that is taken: PBES2 (RFC 8018 §6.2) with PBKDF2, HMAC-SHA-256 and AES-256 in CBC mode. The
 * key is derived from the passphrase's UTF-8 bytes, as OpenSSL does. It has no MAC: that the file was changed shows in that no key comes out.
 */
final class PassphraseSeal {
    /** What OWASP asks of PBKDF2 with HMAC-SHA-256. */
    private static final int ITERATIONS = 600_000;

    /** More than this is no file of an honest program. */
    private static final int MOST_ITERATIONS = 10_000_000;

    private static final String SCHEME = "PBEWithHmacSHA256AndAES_256";
    private static final int SALT = 16;
    private static final int BLOCK = 16;
    private static final int KEY_BITS = 256;

    private PassphraseSeal() {}

    static byte[] seal(byte[] pkcs8, char[] passphrase) throws IOException {
        byte[] random = new byte[SALT + BLOCK];
        new SecureRandom().nextBytes(random);
        PBEParameterSpec how =
                new PBEParameterSpec(Arrays.copyOf(random, SALT), ITERATIONS, new IvParameterSpec(random, SALT, BLOCK));
        try {
            AlgorithmParameters specific = AlgorithmParameters.getInstance(SCHEME);
            specific.init(how);
            // The JDK writes these parameters and knows their identifier by its general name alone.
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("PBES2");
            parameters.init(specific.getEncoded());
            return new EncryptedPrivateKeyInfo(
                            parameters,
                            cipher(Cipher.ENCRYPT_MODE, how, passphrase).doFinal(pkcs8))
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has PBES2", e);
        }
    }

    static byte[] open(byte[] sealed, char[] passphrase, Path file) throws IOException {
        EncryptedPrivateKeyInfo info;
        PBEParameterSpec how;
        try {
            info = new EncryptedPrivateKeyInfo(sealed);
            AlgorithmParameters parameters = info.getAlgParameters();
            if (parameters == null || !SCHEME.equals(parameters.toString())) {
                throw other(file);
            }
            how = parameters.getParameterSpec(PBEParameterSpec.class);
        } catch (GeneralSecurityException | IOException e) {
            throw other(file);
        }
        int iterations = how.getIterationCount();
        if (iterations < 1 || iterations > MOST_ITERATIONS || how.getSalt().length == 0) {
            throw other(file);
        }
        try {
            return cipher(Cipher.DECRYPT_MODE, how, passphrase).doFinal(info.getEncryptedData());
        } catch (GeneralSecurityException e) {
            throw new WrongPassphrase(file);
        }
    }

    private static IOException other(Path file) {
        return new IOException("private key " + file
                + " is not sealed by PBES2 with PBKDF2, HMAC-SHA-256 and AES-256; 'openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf"
                + " hmacWithSHA256' does so");
    }

    private static Cipher cipher(int mode, PBEParameterSpec how, char[] passphrase) throws GeneralSecurityException {
        PBEKeySpec spec = new PBEKeySpec(passphrase, how.getSalt(), how.getIterationCount(), KEY_BITS);
        Key derived = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec);
        spec.clearPassword();
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(mode, new SecretKeySpec(derived.getEncoded(), "AES"), how.getParameterSpec());
        return cipher;
    }
}
