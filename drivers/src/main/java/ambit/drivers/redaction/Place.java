package ambit.drivers.redaction;

/** Where in a JSON document something stands. The same place in two documents has the same {@link #id}. */
final class Place {
    static final Place ROOT = new Place();

    private final Place parent;
    private Object step;
    private long id;

    private Place() {
        this.parent = this;
        this.step = "";
        this.id = 1;
    }

    private Place(Place parent, Object step) {
        this.parent = parent;
        this.step = step;
    }

    /** The member of this object, or the item of this array. */
    Place at(Object name) {
        return new Place(this, name);
    }

    /** What is streamed in pieces says by its member {@code index} which item of the whole it belongs to. */
    void say(String index) {
        if (step instanceof Integer) {
            step = "#" + index;
        }
    }

    /** Final once it was asked for. Two places have one id so rarely that it does no harm: they are then looked at together. */
    long id() {
        if (id == 0) {
            long mixed = (parent.id() ^ step.hashCode()) * 0x9E3779B97F4A7C15L;
            id = (mixed ^ (mixed >>> 29)) | 2;
        }
        return id;
    }
}
