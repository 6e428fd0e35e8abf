package ambit.retrieval.embedding;

/** Arithmetic on vectors. */
final class Vectors {
    private Vectors() {}

    /** The same direction with length 1; the first axis for a vector without direction, since an index takes no zeros. */
    static float[] unit(float[] vector) {
        double square = 0;
        for (float component : vector) {
            square += (double) component * component;
        }
        float[] unit = new float[vector.length];
        if (square < 1e-24 || Double.isNaN(square) || Double.isInfinite(square)) {
            unit[0] = 1;
            return unit;
        }
        double length = Math.sqrt(square);
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / length);
        }
        return unit;
    }
}
