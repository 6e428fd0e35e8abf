package ambit.attacks.leak;

import ambit.retrieval.embedding.Embedding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Looks through all files of a directory, as somebody who stole it would, for canaries and for the embeddings of the texts they stand in. */
final class Disk {
    private static final int FIRST_NUMBERS = 2;

    private Disk() {}

    /**
     * How many of what was looked for is there.
     *
     * @param log where names, not texts, may stand in the clear: the verdict on a write names its key
     */
    static Finding search(Path directory, Path log, List<Plant> plants, Embedding embedding) throws Exception {
        List<byte[]> beginnings = beginnings();
        Set<Long> embeddings = new HashSet<>();
        List<Plant> documents = plants.stream().filter(Plant::isDocument).toList();
        for (Plant plant : documents) {
            float[] vector = embedding.embed(List.of(plant.text())).getFirst();
            embeddings.add(numbers(vector, ByteOrder.LITTLE_ENDIAN));
            embeddings.add(numbers(vector, ByteOrder.BIG_ENDIAN));
        }
        int found = 0;
        for (Path file : files(directory)) {
            byte[] bytes = Files.readAllBytes(file);
            for (byte[] beginning : beginnings) {
                found += occurrences(bytes, beginning, file.startsWith(log));
            }
            found += embeddings(bytes, embeddings);
        }
        return new Finding(plants.size() * beginnings.size() + documents.size(), found, 0);
    }

    static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    /** How any canary begins: plain, as UTF-16 (either order has the same middle), in hexadecimal, and the three ways that base64 can fall. */
    private static List<byte[]> beginnings() {
        byte[] word = Plant.WITNESS.getBytes(StandardCharsets.UTF_8);
        List<byte[]> found = new ArrayList<>();
        found.add(word);
        byte[] wide = Plant.WITNESS.getBytes(StandardCharsets.UTF_16LE);
        found.add(java.util.Arrays.copyOf(wide, wide.length - 1));
        found.add(HexFormat.of().formatHex(word).getBytes(StandardCharsets.UTF_8));
        for (int shift = 0; shift < 3; shift++) {
            byte[] shifted = new byte[shift + word.length];
            System.arraycopy(word, 0, shifted, shift, word.length);
            String text = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            // Only the characters that are made of these bytes alone.
            String inner = text.substring((shift * 8 + 5) / 6, shifted.length * 8 / 6);
            found.add(inner.getBytes(StandardCharsets.UTF_8));
        }
        return found;
    }

    private static int occurrences(byte[] bytes, byte[] word, boolean namesMayBe) {
        int found = 0;
        for (int i = 0; i + word.length <= bytes.length; i++) {
            if (bytes[i] == word[0]
                    && java.util.Arrays.equals(bytes, i, i + word.length, word, 0, word.length)
                    && !(namesMayBe
                            && i + word.length + 1 < bytes.length
                            && bytes[i + word.length + 1] == Plant.NAMED)) {
                found++;
            }
        }
        return found;
    }

    private static long numbers(float[] vector, ByteOrder order) {
        ByteBuffer buffer = ByteBuffer.allocate(Float.BYTES * FIRST_NUMBERS).order(order);
        for (int i = 0; i < FIRST_NUMBERS; i++) {
            buffer.putFloat(vector[i]);
        }
        return buffer.order(ByteOrder.BIG_ENDIAN).getLong(0);
    }

    private static int embeddings(byte[] bytes, Set<Long> looked) {
        Set<Long> found = new HashSet<>();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        for (int i = 0; i + Long.BYTES <= bytes.length; i++) {
            long here = buffer.getLong(i);
            if (looked.contains(here)) {
                found.add(here);
            }
        }
        return found.size();
    }
}
