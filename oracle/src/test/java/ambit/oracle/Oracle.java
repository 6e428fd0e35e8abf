package ambit.oracle;

import ambit.oracle.Case.Argument;
import ambit.oracle.Case.Bool;
import ambit.oracle.Case.Condition;
import ambit.oracle.Case.Dec;
import ambit.oracle.Case.Different;
import ambit.oracle.Case.Empty;
import ambit.oracle.Case.Int;
import ambit.oracle.Case.Null;
import ambit.oracle.Case.Rules;
import ambit.oracle.Case.Scalar;
import ambit.oracle.Case.Seen;
import ambit.oracle.Case.Str;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The process that the model is ({@code oracle/model/oracle.ml} has the other side). Questions are put first, then {@link #send} is
 * called, then the answers are taken in the order of the questions; at most {@link #AT_ONCE} are under way, so that neither side waits
 * for the other with full pipes.
 */
final class Oracle implements AutoCloseable {
    static final int AT_ONCE = 1000;

    private final Process process;
    private final DataOutputStream out;
    private final DataInputStream in;

    private Oracle(Process process) {
        this.process = process;
        this.out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream(), 1 << 16));
        this.in = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16));
    }

    /** Builds the oracle where that is necessary; says how to install Coq where it is missing. */
    static Oracle start() throws IOException, InterruptedException {
        Path home = Path.of(System.getProperty("ambit.root"), "oracle");
        Process build = new ProcessBuilder(home.resolve("build").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (build.waitFor() != 0) {
            throw new IllegalStateException(said);
        }
        return new Oracle(new ProcessBuilder(home.resolve("target/model/oracle").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    void ask(Case it) throws IOException {
        out.writeByte('E');
        chain(it.now(), it.chain());
        out.writeShort(it.received().size());
        for (Seen seen : it.received()) {
            text(seen.source());
            text(seen.digest());
            out.writeLong(seen.acted());
        }
        out.writeShort(it.arguments().size());
        for (Argument argument : it.arguments()) {
            text(argument.path());
            scalar(argument.value());
            text(argument.digest());
        }
    }

    /** The same for parameters that are not yet flattened. */
    void ask(long now, List<Rules> chain, Params.Obj params) throws IOException {
        out.writeByte('J');
        chain(now, chain);
        members(params);
    }

    /** Whether this is a constraint that can be signed. */
    void askWhetherFits(int kind, List<Scalar> operands) throws IOException {
        out.writeByte('C');
        condition(kind, operands);
    }

    /** What a text says as an address, a host, a URL ({@code a h u}), or as an operand for these ({@code N H U}). */
    void askReading(char kind, String text) throws IOException {
        out.writeByte('R');
        out.writeByte(kind);
        text(text);
    }

    void send() throws IOException {
        out.writeByte('!');
        out.flush();
    }

    /** The answer to a case with so many things received. */
    Verdict verdict(int received) throws IOException {
        int code = in.readUnsignedByte();
        int block = in.readUnsignedShort();
        int item = in.readUnsignedShort();
        List<Long> acted = new ArrayList<>();
        for (int i = 0; code == 0 && i < received; i++) {
            acted.add(in.readLong());
        }
        return new Verdict(code, block, item, acted);
    }

    /** A ledger with room for so many nodes; the requests after this are for it. */
    void askForLedger(int room) throws IOException {
        out.writeByte('L');
        out.writeShort(room);
    }

    /** An operation on a node: which one, the node, and numbers. */
    void askLedger(char operation, int node, long... numbers) throws IOException {
        out.writeByte(operation);
        out.writeShort(node);
        for (long number : numbers) {
            out.writeLong(number);
        }
    }

    void askToAllocate(int node, OptionalInt above, long limit, long taken) throws IOException {
        out.writeByte('A');
        out.writeShort(node);
        out.writeBoolean(above.isPresent());
        if (above.isPresent()) {
            out.writeShort(above.getAsInt());
        }
        out.writeBoolean(limit != -1);
        if (limit != -1) {
            out.writeLong(limit);
        }
        out.writeLong(taken);
    }

    int code() throws IOException {
        return in.readUnsignedByte();
    }

    long number() throws IOException {
        return in.readLong();
    }

    boolean fits() throws IOException {
        return in.readBoolean();
    }

    byte[] reading() throws IOException {
        byte[] reading = new byte[in.readUnsignedShort()];
        in.readFully(reading);
        return reading;
    }

    private void chain(long now, List<Rules> chain) throws IOException {
        out.writeLong(now);
        out.writeShort(chain.size());
        for (Rules rules : chain) {
            out.writeLong(rules.notBefore());
            out.writeLong(rules.expires());
            out.writeBoolean(rules.mayUse());
            out.writeBoolean(rules.closed());
            out.writeShort(rules.conditions().size());
            for (Condition condition : rules.conditions()) {
                text(condition.path());
                out.writeBoolean(condition.optional());
                condition(condition.kind(), condition.operands());
            }
        }
    }

    private void condition(int kind, List<Scalar> operands) throws IOException {
        out.writeLong(kind);
        out.writeShort(operands.size());
        for (Scalar operand : operands) {
            scalar(operand);
        }
    }

    private void scalar(Scalar value) throws IOException {
        switch (value) {
            case Null _ -> out.writeByte('n');
            case Bool(boolean yes) -> {
                out.writeByte('b');
                out.writeBoolean(yes);
            }
            case Int(long number) -> {
                out.writeByte('i');
                out.writeLong(number);
            }
            case Str(String text) -> {
                out.writeByte('s');
                text(text);
            }
            case Dec(String plain) -> {
                out.writeByte('d');
                text(plain);
            }
            case Empty _ -> out.writeByte('e');
            case Different _ -> out.writeByte('x');
        }
    }

    private void members(Params.Obj object) throws IOException {
        out.writeShort(object.members().size());
        for (Params.Member member : object.members()) {
            text(member.name());
            json(member.value());
        }
    }

    private void json(Params value) throws IOException {
        switch (value) {
            case Params.Word(String word) -> {
                out.writeByte(word.equals("null") ? 'n' : 'b');
                if (!word.equals("null")) {
                    out.writeBoolean(word.equals("true"));
                }
            }
            case Params.Num(String spelling) -> {
                out.writeByte('1');
                text(spelling);
            }
            case Params.Text(String text) -> {
                out.writeByte('s');
                text(text);
            }
            case Params.Arr(List<Params> items) -> {
                out.writeByte('a');
                out.writeShort(items.size());
                for (Params item : items) {
                    json(item);
                }
            }
            case Params.Obj object -> {
                out.writeByte('o');
                members(object);
            }
        }
    }

    private void text(String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(utf8.length);
        out.write(utf8);
    }

    @Override
    public void close() throws IOException {
        out.close();
        process.destroy();
    }
}
