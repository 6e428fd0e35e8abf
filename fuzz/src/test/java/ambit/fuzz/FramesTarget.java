package ambit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.wire.Cbor;
import ambit.wire.FrameChannel;
import ambit.wire.MalformedException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.Arrays;

/** Frames that are received, sent again, are the bytes that came; then the channel ends or is closed. */
final class FramesTarget {
    /** Hands out the input in pieces of the sizes that its first byte says, and keeps what is sent. */
    private static final class Bytes implements ByteChannel {
        private final ByteBuffer in;
        private final int piece;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private boolean open = true;

        Bytes(byte[] in) {
            this.piece = in.length == 0 ? 1 : 1 + (in[0] & 0xff);
            this.in = ByteBuffer.wrap(in, Math.min(1, in.length), Math.max(0, in.length - 1));
        }

        @Override
        public int read(ByteBuffer into) {
            int count = Math.min(piece, Math.min(in.remaining(), into.remaining()));
            for (int i = 0; i < count; i++) {
                into.put(in.get());
            }
            return count == 0 ? -1 : count;
        }

        @Override
        public int write(ByteBuffer from) {
            int count = from.remaining();
            while (from.hasRemaining()) {
                out.write(from.get());
            }
            return count;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
        }
    }

    private FramesTarget() {}

    static void check(byte[] input) throws IOException {
        Bytes bytes = new Bytes(input);
        FrameChannel channel = new FrameChannel(bytes);
        try {
            while (true) {
                Cbor message = channel.receive();
                channel.send(message);
            }
        } catch (EOFException e) {
            assertThat(bytes.in.hasRemaining()).isFalse();
        } catch (MalformedException e) {
            assertThat(bytes.open).isFalse();
        }
        byte[] again = bytes.out.toByteArray();
        assertThat(again)
                .isEqualTo(
                        Arrays.copyOfRange(input, Math.min(1, input.length), again.length + Math.min(1, input.length)));
    }
}
