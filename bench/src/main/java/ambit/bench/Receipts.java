package ambit.bench;

import ambit.authority.Permit;
import ambit.authority.Receipt;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.CoreToDriver;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.DriverToCore;
import ambit.wire.FrameChannel;
import java.io.IOException;

/** A driver that does nothing but say that it did. Not thread-safe. */
final class Receipts {

    private static final int RESULT_BYTES = 64;
    private static final Blob RESULT = Blob.of(new byte[RESULT_BYTES]).sha256();

    private final FrameChannel core;
    private final SigningKey key;

    Receipts(FrameChannel core, SigningKey key) {
        this.core = core;
        this.key = key;
    }

    /** Says that the call succeeded, and returns when the core has that in its log. */
    void succeeded(Permitted permitted) throws IOException {
        Permit permit = Permit.parse(Cose.parse(permitted.permit()).payload());
        Receipt receipt =
                new Receipt(permit.id(), permit.paramsDigest(), RESULT, 0, System.currentTimeMillis(), RESULT_BYTES);
        core.send(new DriverToCore.Outcome(Signed.sign(Domain.RECEIPT, key, receipt.toBlob())).toCbor());
        if (!(CoreToDriver.fromCbor(core.receive()) instanceof CoreToDriver.Recorded)) {
            throw new IOException("the core did not take a receipt");
        }
    }
}
