package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Sets of capability indices: bit {@code i % 8} of byte {@code i / 8}, least significant first, no zero byte at the end. */
public final class Bitmap {
    private Bitmap() {}

    public static Blob of(Collection<Integer> indices) {
        int highest = indices.stream().mapToInt(i -> i).max().orElse(-1);
        byte[] bytes = new byte[(highest + 8) / 8];
        indices.forEach(i -> bytes[i / 8] |= (byte) (1 << i % 8));
        return Blob.of(bytes);
    }

    public static boolean has(Blob bitmap, int index) {
        return indices(bitmap).contains(index);
    }

    public static List<Integer> indices(Blob bitmap) {
        byte[] bytes = bitmap.toArray();
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < bytes.length * 8; i++) {
            if ((bytes[i / 8] >> i % 8 & 1) == 1) {
                indices.add(i);
            }
        }
        return indices;
    }

    static void requireOne(Blob bitmap) throws MalformedException {
        if (bitmap.size() > Limits.CAPABILITIES / 8 || !of(indices(bitmap)).equals(bitmap)) {
            throw new MalformedException("a bitmap that is too long or has a zero byte at its end");
        }
    }
}
