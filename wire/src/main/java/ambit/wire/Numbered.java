package ambit.wire;

/** A constant that goes by its number on the wire and in the log. Numbers are never reused and never change. */
public interface Numbered {
    int number();
}
