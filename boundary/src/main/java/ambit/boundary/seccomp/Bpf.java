package ambit.boundary.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A classic BPF program over {@code struct seccomp_data}, as {@code struct sock_filter} records in native byte order.
 * Only the few instructions that a filter needs; conditional jumps reach 255 records, which callers keep to.
 */
final class Bpf {
    private static final int LOAD_WORD = 0x20;
    private static final int AND = 0x54;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_GREATER = 0x25;
    private static final int JUMP_GREATER_EQUAL = 0x35;
    private static final int JUMP_ANY_BIT = 0x45;
    private static final int RETURN = 0x06;

    static final int ALLOW = 0x7FFF0000;
    private static final int ERRNO = 0x00050000;

    private static final int OFFSET_NUMBER = 0;
    private static final int OFFSET_ARCHITECTURE = 4;
    private static final int OFFSET_ARGUMENTS = 16;
    /** BPF_MAXINSNS. */
    private static final int MAX_RECORDS = 4096;

    private record Instruction(int code, int ifTrue, int ifFalse, int operand) {}

    private final List<Instruction> program = new ArrayList<>();

    Bpf loadNumber() {
        return add(LOAD_WORD, 0, 0, OFFSET_NUMBER);
    }

    Bpf loadArchitecture() {
        return add(LOAD_WORD, 0, 0, OFFSET_ARCHITECTURE);
    }

    /**
     * Loads the low 32 bits of argument {@code index}. The kernel truncates {@code int} arguments in the same way, so
     * that junk in the upper half can not hide a value from the filter. Little-endian machines only.
     */
    Bpf loadArgument(int index) {
        return add(LOAD_WORD, 0, 0, OFFSET_ARGUMENTS + 8 * index);
    }

    Bpf and(int mask) {
        return add(AND, 0, 0, mask);
    }

    /** Skips {@code ifTrue} records if the accumulator equals {@code value}, else {@code ifFalse} records. */
    Bpf equal(int value, int ifTrue, int ifFalse) {
        return add(JUMP_EQUAL, ifTrue, ifFalse, value);
    }

    Bpf greater(int value, int ifTrue, int ifFalse) {
        return add(JUMP_GREATER, ifTrue, ifFalse, value);
    }

    Bpf atLeast(int value, int ifTrue, int ifFalse) {
        return add(JUMP_GREATER_EQUAL, ifTrue, ifFalse, value);
    }

    Bpf anyBit(int mask, int ifTrue, int ifFalse) {
        return add(JUMP_ANY_BIT, ifTrue, ifFalse, mask);
    }

    Bpf allow() {
        return add(RETURN, 0, 0, ALLOW);
    }

    Bpf refuse(Errno errno) {
        return add(RETURN, 0, 0, ERRNO | errno.number());
    }

    /** Appends {@code block}, to be entered only if the accumulator equals {@code value}. */
    Bpf whenEqual(int value, Bpf block) {
        equal(value, 0, block.program.size());
        program.addAll(block.program);
        return this;
    }

    byte[] assemble() {
        if (program.size() > MAX_RECORDS) {
            throw new IllegalStateException("a filter of " + program.size() + " records is too long");
        }
        ByteBuffer bytes = ByteBuffer.allocate(program.size() * 8).order(ByteOrder.nativeOrder());
        for (Instruction each : program) {
            bytes.putShort((short) each.code).put((byte) each.ifTrue).put((byte) each.ifFalse);
            bytes.putInt(each.operand);
        }
        return bytes.array();
    }

    private Bpf add(int code, int ifTrue, int ifFalse, int operand) {
        if (ifTrue < 0 || ifTrue > 255 || ifFalse < 0 || ifFalse > 255) {
            throw new IllegalArgumentException("jump of more than 255 records");
        }
        program.add(new Instruction(code, ifTrue, ifFalse, operand));
        return this;
    }
}
