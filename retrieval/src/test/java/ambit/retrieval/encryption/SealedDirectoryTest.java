package ambit.retrieval.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.wire.Blob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.store.BaseDirectoryTestCase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.runner.JUnitCore;
import org.junit.runner.Result;

class SealedDirectoryTest {
    private static final Blob PARTITION = Blob.of(new byte[] {7}).sha256();
    private static final Blob KEY = Blob.of(new byte[] {8}).sha256();
    private static final String SECRET = "the canary sings of saffron and cobalt";

    /** Lucene's own suite of what a directory must do. */
    public static final class LuceneSuite extends BaseDirectoryTestCase {
        @Override
        protected org.apache.lucene.store.Directory getDirectory(Path path) throws IOException {
            return new SealedDirectory(path, "main", new FileKeys(PARTITION, KEY), new BlockCache(1 << 20));
        }
    }

    @TempDir
    Path path;

    private SealedDirectory open() throws IOException {
        return open(PARTITION, KEY);
    }

    private SealedDirectory open(Blob partition, Blob key) throws IOException {
        return new SealedDirectory(path, "main", new FileKeys(partition, key), new BlockCache(1 << 20));
    }

    private void write(String name, int times) throws IOException {
        try (SealedDirectory directory = open();
                IndexOutput out = directory.createOutput(name, IOContext.DEFAULT)) {
            for (int i = 0; i < times; i++) {
                out.writeString(SECRET);
            }
        }
    }

    private void read(String name) throws IOException {
        try (SealedDirectory directory = open();
                IndexInput in = directory.openInput(name, IOContext.DEFAULT)) {
            byte[] all = new byte[(int) in.length()];
            in.readBytes(all, 0, all.length);
        }
    }

    @Test
    void itDoesWhatLuceneAsksOfADirectory() {
        Result result = JUnitCore.runClasses(LuceneSuite.class);
        assertThat(result.getFailures()).isEmpty();
        assertThat(result.getRunCount()).isGreaterThan(40);
    }

    @Test
    void nothingOfAFileIsOnTheDiskInTheClear() throws Exception {
        write("a", 5000);
        String bytes = new String(Files.readAllBytes(path.resolve("a")), StandardCharsets.ISO_8859_1);
        assertThat(bytes).doesNotContain("canary").doesNotContain("saffron");
        read("a");
    }

    @Test
    void eachChangedByteIsNoticed() throws Exception {
        write("a", 1000);
        byte[] whole = Files.readAllBytes(path.resolve("a"));
        for (int at :
                new int[] {0, 8, 39, 40, 41, SealedFile.BOX, SealedFile.HEAD + SealedFile.BOX, whole.length - 1}) {
            byte[] changed = whole.clone();
            changed[at] ^= 1;
            Files.write(path.resolve("a"), changed);
            assertThatThrownBy(() -> read("a")).as("byte %d", at).isInstanceOf(DamagedFile.class);
        }
        Files.write(path.resolve("a"), whole);
        read("a");
    }

    @Test
    void aFileThatIsCutOffOrContinuedIsNoticedWhenItIsOpened() throws Exception {
        write("a", 2000);
        byte[] whole = Files.readAllBytes(path.resolve("a"));
        for (int size :
                new int[] {0, 7, 40, 56, SealedFile.HEAD + SealedFile.BOX, whole.length - 1, whole.length + 1}) {
            Files.write(path.resolve("a"), Arrays.copyOf(whole, size));
            assertThatThrownBy(() -> read("a")).as("size %d", size).isInstanceOf(DamagedFile.class);
        }
    }

    @Test
    void twoBlocksThatAreExchangedAreNoticed() throws Exception {
        write("a", 2000);
        byte[] whole = Files.readAllBytes(path.resolve("a"));
        byte[] exchanged = whole.clone();
        System.arraycopy(whole, SealedFile.HEAD, exchanged, SealedFile.HEAD + SealedFile.BOX, SealedFile.BOX);
        System.arraycopy(whole, SealedFile.HEAD + SealedFile.BOX, exchanged, SealedFile.HEAD, SealedFile.BOX);
        Files.write(path.resolve("a"), exchanged);
        assertThatThrownBy(() -> read("a")).isInstanceOf(DamagedFile.class);
    }

    @Test
    void aFileInAnothersPlaceIsNoticed() throws Exception {
        write("a", 10);
        Files.copy(path.resolve("a"), path.resolve("b"));
        assertThatThrownBy(() -> read("b")).isInstanceOf(DamagedFile.class);
    }

    @Test
    void anotherKeyAndAnotherPartitionOpenNothing() throws Exception {
        write("a", 10);
        Blob other = Blob.of(new byte[] {9}).sha256();
        for (SealedDirectory foreign : new SealedDirectory[] {open(PARTITION, other), open(other, KEY)}) {
            try (foreign) {
                assertThatThrownBy(() -> foreign.openInput("a", IOContext.DEFAULT))
                        .isInstanceOf(DamagedFile.class)
                        .hasMessageContaining("does not open with its partition's key");
            }
        }
    }

    @Test
    void twoFilesOfTheSameBytesHaveNothingInCommon() throws Exception {
        write("a", 10);
        byte[] first = Files.readAllBytes(path.resolve("a"));
        Files.delete(path.resolve("a"));
        write("a", 10);
        byte[] second = Files.readAllBytes(path.resolve("a"));
        assertThat(second).hasSameSizeAs(first);
        assertThat(Arrays.copyOfRange(second, SealedFile.HEAD, SealedFile.HEAD + 64))
                .isNotEqualTo(Arrays.copyOfRange(first, SealedFile.HEAD, SealedFile.HEAD + 64));
    }

    @Test
    void aClosedDirectoryLeavesNothingInTheCache() throws Exception {
        write("a", 5000);
        BlockCache cache = new BlockCache(1 << 20);
        try (SealedDirectory directory = new SealedDirectory(path, "main", new FileKeys(PARTITION, KEY), cache);
                IndexInput in = directory.openInput("a", IOContext.DEFAULT)) {
            in.readBytes(new byte[100_000], 0, 100_000);
            assertThat(cache.size()).isGreaterThan(5);
        }
        assertThat(cache.size()).isZero();
    }

    @Test
    void numbersThatLieInTwoBlocksAreReadAsTheyWereWritten() throws Exception {
        int many = 3 * SealedFile.BLOCK;
        try (SealedDirectory directory = open()) {
            try (IndexOutput out = directory.createOutput("a", IOContext.DEFAULT)) {
                out.writeByte((byte) 1); // so that nothing is where a block begins
                for (int i = 0; i < many; i++) {
                    out.writeInt(Float.floatToIntBits(i));
                }
                for (int i = 0; i < many; i++) {
                    out.writeLong(i * 0x0102030405060708L);
                }
            }
            try (IndexInput in = directory.openInput("a", IOContext.DEFAULT)) {
                float[] floats = new float[many];
                int[] ints = new int[many];
                long[] longs = new long[many];
                in.seek(1);
                in.readFloats(floats, 0, many);
                in.readLongs(longs, 0, many);
                in.seek(1);
                in.readInts(ints, 0, many);
                for (int i = 0; i < many; i++) {
                    assertThat(floats[i]).isEqualTo(i);
                    assertThat(ints[i]).isEqualTo(Float.floatToIntBits(i));
                    assertThat(longs[i]).isEqualTo(i * 0x0102030405060708L);
                    in.seek(1 + 4L * i);
                    assertThat(in.readInt()).isEqualTo(ints[i]);
                }
            }
        }
    }

    @Test
    void whatIsKeptOfALargeFileStaysWithinItsBoundAndIsReadRightAgain() throws Exception {
        int most = 64;
        int blocks = 3 * most;
        BlockCache cache = new BlockCache((long) most * SealedFile.BLOCK);
        try (SealedDirectory directory = new SealedDirectory(path, "main", new FileKeys(PARTITION, KEY), cache)) {
            try (IndexOutput out = directory.createOutput("a", IOContext.DEFAULT)) {
                for (int i = 0; i < blocks; i++) {
                    byte[] block = new byte[SealedFile.BLOCK];
                    Arrays.fill(block, (byte) i);
                    out.writeBytes(block, block.length);
                }
            }
            try (IndexInput in = directory.openInput("a", IOContext.DEFAULT)) {
                for (int i = 0; i < 10 * blocks; i++) {
                    int block = i * 37 % blocks;
                    in.seek((long) block * SealedFile.BLOCK + i % SealedFile.BLOCK);
                    assertThat(in.readByte()).isEqualTo((byte) block);
                    assertThat(cache.size()).isLessThanOrEqualTo(most);
                }
            }
        }
        assertThat(cache.size()).isZero();
    }
}
