package ambit.cli.config;

/** A place in a text, both counted from 1; columns count UTF-16 units. */
public record Position(int line, int column) {

    @Override
    public String toString() {
        return line + ":" + column;
    }
}
