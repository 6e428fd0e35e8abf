package ambit.retrieval.document;

import ambit.wire.Blob;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes documents apart as a program of its own, so that it can run in a boundary that has nothing but its two pipes. On its standard
 * input come a name (as {@link DataOutputStream#writeUTF} writes it), a length of four bytes and as many bytes of document; on its standard
 * output go, for each piece, the byte 1, a length of four bytes and a chunk, and at the end of the document the byte 0, or the byte 2 and a
 * sentence where there is no text to be had, or the byte 3 where the name tells no format.
 */
public final class Main {
    private static final int MAX_SENTENCE = 500;

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out, 1 << 16));
        while (true) {
            String name;
            try {
                name = in.readUTF();
            } catch (EOFException e) {
                return;
            }
            byte[] document = new byte[Math.clamp(in.readInt(), 0, Documents.MAX_BYTES)];
            in.readFully(document);
            answer(name, document, out);
            out.flush();
        }
    }

    private static void answer(String name, byte[] document, DataOutputStream out) throws IOException {
        Optional<Format> format = Format.ofFile(name);
        if (format.isEmpty()) {
            out.writeByte(3);
            return;
        }
        try {
            List<Piece> pieces = Documents.pieces(format.get(), document);
            for (Piece piece : pieces) {
                Blob chunk = piece.chunk(name, Map.of()).toBlob();
                out.writeByte(1);
                out.writeInt(chunk.size());
                out.write(chunk.toArray());
            }
            out.writeByte(0);
        } catch (UnreadableDocument | IllegalArgumentException e) {
            String sentence = String.valueOf(e.getMessage());
            out.writeByte(2);
            out.writeUTF(sentence.length() > MAX_SENTENCE ? sentence.substring(0, MAX_SENTENCE) : sentence);
        }
    }
}
