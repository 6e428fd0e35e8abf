package ambit.oracle;

import ambit.oracle.Case.Argument;
import ambit.oracle.Case.Condition;
import ambit.oracle.Case.Rules;
import ambit.oracle.Case.Str;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What texts say as addresses, hosts and URLs. The kernel gets this with its arguments from module authority; here the model says it
 * (whether the two agree is a test of its own), since it is the kernel alone that is compared.
 */
public final class Readings {
    private record Question(char kind, String text) {}

    private static final byte[] NONE = {};
    private static final String ARGUMENTS = "ahu";
    private static final String OPERANDS = "NHU";

    private final Map<Question, byte[]> known = new HashMap<>();

    public byte[] of(char kind, String text) {
        return known.getOrDefault(new Question(kind, text), NONE);
    }

    /** What an operand of a kind of place (13, 14, 15) says. */
    public byte[] ofOperand(int kind, String text) {
        return of(OPERANDS.charAt(kind - 13), text);
    }

    /** Asks for all that these cases need. */
    void learn(Oracle oracle, List<Case> cases) throws IOException {
        known.clear();
        List<Question> asked = new ArrayList<>();
        for (Case it : cases) {
            boolean located = false;
            for (Rules rules : it.chain()) {
                for (Condition condition : rules.conditions()) {
                    located |= condition.isLocated();
                    if (condition.isLocated()) {
                        char kind = OPERANDS.charAt(condition.kind() - 13);
                        condition.operands().forEach(operand -> {
                            if (operand instanceof Str(String text)) {
                                asked.add(new Question(kind, text));
                            }
                        });
                    }
                }
            }
            for (Argument argument : it.arguments()) {
                if (located && argument.value() instanceof Str(String text)) {
                    ARGUMENTS.chars().forEach(kind -> asked.add(new Question((char) kind, text)));
                }
            }
        }
        ask(oracle, asked.stream().distinct().toList());
    }

    private void ask(Oracle oracle, List<Question> questions) throws IOException {
        for (int from = 0; from < questions.size(); from += 200) { // an answer is as long as a URL
            List<Question> some = questions.subList(from, Math.min(questions.size(), from + 200));
            for (Question question : some) {
                oracle.askReading(question.kind(), question.text());
            }
            oracle.send();
            for (Question question : some) {
                known.put(question, oracle.reading());
            }
        }
    }
}
