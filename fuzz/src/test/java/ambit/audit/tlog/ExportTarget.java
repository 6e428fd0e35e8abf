package ambit.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.audit.LogVerifier;
import ambit.audit.LogVerifier.Broken;
import ambit.audit.LogVerifier.Intact;
import ambit.authority.signing.SigningKey;
import ambit.log.JournalException;
import ambit.log.entry.Entry;
import ambit.log.note.Note;
import ambit.log.note.NoteSigner;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import ambit.wire.MalformedException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whatever is done to the files of an export, what the verifier takes for intact has the entries that were written, and so has every proof
 * that is made of it and holds. The input is a list of edits, five bytes each: which file, what is done, where, and with what.
 */
public final class ExportTarget {
    private static final String ORIGIN = "ambit/fuzz";
    private static final int EDIT = 5;
    private static final int MOST_EDITS = 16;
    private static final SigningKey KEY = key();
    private static final List<byte[]> ENTRIES = entries();
    private static final Map<String, byte[]> GENUINE = written();
    private static final List<String> PATHS = List.copyOf(GENUINE.keySet());

    private ExportTarget() {}

    private static SigningKey key() {
        try {
            return SigningKey.ofSeed(new byte[SigningKey.SEED]);
        } catch (MalformedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** More than one tile of them. */
    private static List<byte[]> entries() {
        List<byte[]> entries = new ArrayList<>();
        entries.add(Entry.encode(new Entry.Boot(1, ORIGIN, KEY.publicKey(), 0)));
        while (entries.size() < Tile.FULL + 44) {
            entries.add(Entry.encode(new Entry.Recovered(entries.size(), "t", true)));
        }
        return entries;
    }

    private static Map<String, byte[]> written() {
        Map<String, byte[]> files = new TreeMap<>();
        TileWriter writer = new TileWriter((tile, bytes) -> files.put(tile.path(), bytes));
        for (int i = 0; i < ENTRIES.size(); i++) {
            writer.add(i, ENTRIES.get(i));
        }
        writer.finish();
        try {
            Blob root = new TileTree(source(files), ENTRIES.size())
                    .head(ENTRIES.size())
                    .root();
            String text = ORIGIN + "\n" + ENTRIES.size() + "\n" + LogProof.base64(root) + "\n";
            Note note = Note.sign(text, List.of(NoteSigner.ed25519(ORIGIN, KEY)), 0);
            files.put("checkpoint", note.toString().getBytes(UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return files;
    }

    /** A bit is changed, a file cut, lengthened, swapped, taken away or served as a whole tile; and nothing at all. */
    public static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>(List.of(new byte[0]));
        for (byte file = 0; file < PATHS.size(); file++) {
            for (byte done = 0; done < Done.values().length; done++) {
                seeds.add(new byte[] {file, done, 0, 40, 1});
            }
        }
        return seeds;
    }

    private enum Done {
        CHANGED,
        CUT,
        LENGTHENED,
        SWAPPED,
        TAKEN_AWAY,
        WHOLE
    }

    public static void check(byte[] input) {
        Map<String, byte[]> files = new TreeMap<>(GENUINE);
        for (int at = 0; at + EDIT <= Math.min(input.length, MOST_EDITS * EDIT); at += EDIT) {
            edit(files, Arrays.copyOfRange(input, at, at + EDIT));
        }
        TileSource source = source(files);
        List<Blob> seen = new ArrayList<>();
        LogVerifier.Result result =
                ExportVerifier.read(source, KEY.publicKey(), List.of(), (_, bytes, _) -> seen.add(Blob.of(bytes)));
        switch (result) {
            case Intact _ ->
                assertThat(seen).isEqualTo(ENTRIES.stream().map(Blob::of).toList());
            case Broken(String sentence) -> {
                assertThat(sentence).isNotBlank();
                assertThat(isGenuine(files)).as(sentence).isFalse();
            }
        }
        prove(files, input.length == 0 ? 0 : input[input.length - 1] & 0xff);
    }

    private static TileSource source(Map<String, byte[]> files) {
        return path -> {
            byte[] file = files.get(path);
            if (file == null) {
                throw new FileNotFoundException(path + " does not exist");
            }
            return file;
        };
    }

    private static void prove(Map<String, byte[]> files, long index) {
        try {
            LogProof proof = ExportVerifier.prove(source(files), index);
            proof.verify(List.of(VerifierKey.ed25519(ORIGIN, KEY.publicKey())), List.of());
            assertThat(proof.entry()).isEqualTo(Blob.of(ENTRIES.get((int) index)));
        } catch (JournalException | IOException e) {
            assertThat(isGenuine(files)).as(e.getMessage()).isFalse();
        }
    }

    private static void edit(Map<String, byte[]> files, byte[] edit) {
        String path = PATHS.get((edit[0] & 0xff) % PATHS.size());
        byte[] file = files.get(path);
        if (file == null) {
            return;
        }
        int where = ((edit[2] & 0xff) << 8) | (edit[3] & 0xff);
        switch (Done.values()[(edit[1] & 0xff) % Done.values().length]) {
            case CHANGED -> files.put(path, changed(file, where, edit[4]));
            case CUT -> files.put(path, Arrays.copyOf(file, Math.min(where, file.length)));
            case LENGTHENED -> files.put(path, changed(Arrays.copyOf(file, file.length + 1), file.length, edit[4]));
            case SWAPPED -> {
                String other = PATHS.get((edit[4] & 0xff) % PATHS.size());
                files.put(path, files.getOrDefault(other, file));
                files.put(other, file);
            }
            case TAKEN_AWAY -> files.remove(path);
            case WHOLE -> {
                files.remove(path);
                files.put(path.replaceAll("\\.p/\\d+$", ""), file);
            }
        }
    }

    private static byte[] changed(byte[] file, int where, byte by) {
        byte[] changed = file.clone();
        if (changed.length > 0) {
            changed[where % changed.length] ^= by;
        }
        return changed;
    }

    private static boolean isGenuine(Map<String, byte[]> files) {
        return files.keySet().equals(GENUINE.keySet())
                && files.entrySet().stream().allMatch(it -> Arrays.equals(it.getValue(), GENUINE.get(it.getKey())));
    }
}
