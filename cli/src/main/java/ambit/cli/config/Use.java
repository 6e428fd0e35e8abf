package ambit.cli.config;

import ambit.authority.Cost;
import ambit.authority.Rate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One capability of an agent: which operation, with which arguments, how often, by whom.
 *
 * @param capability {@code tool.operation}
 * @param rules what must hold of the arguments
 * @param others whether arguments that no rule names are allowed
 * @param atMost how many uses one grant has, over all its runs; without, any number
 * @param perRun how many uses one run has; without, as many as the grant has left
 * @param delegation whether the agent may pass it to the agents that it starts
 * @param rate how many uses a window of time may have
 * @param costs what each call spends of the agent's budgets
 * @param approval who has to approve each call
 */
public record Use(
        Position at,
        String capability,
        List<Rule> rules,
        boolean others,
        OptionalLong atMost,
        OptionalLong perRun,
        Delegation delegation,
        Rate rate,
        List<Spending> costs,
        Optional<Approval> approval) {

    /** Who has to approve each call: names of keys, as {@link ambit.authority.approval.Approval} has the rest. */
    public record Approval(Position at, List<String> of, int need, long seconds, long uses, long patience) {
        boolean sameAs(Approval that) {
            return of.equals(that.of)
                    && need == that.need
                    && seconds == that.seconds
                    && uses == that.uses
                    && patience == that.patience;
        }
    }

    /** What one call spends of a budget, as {@link ambit.authority.Cost} has it. */
    public record Spending(Position at, String budget, Cost.Kind kind, long amount, String of) {}

    /** Who may use a capability: the agent, the agents it starts, or both. */
    public enum Delegation {
        ALLOWED,
        NEVER,
        ONLY
    }

    /** Any use of a capability, without conditions. */
    static Use any(Position at, String capability) {
        return new Use(
                at,
                capability,
                List.of(),
                true,
                OptionalLong.empty(),
                OptionalLong.empty(),
                Delegation.ALLOWED,
                Rate.NONE,
                List.of(),
                Optional.empty());
    }

    public String tool() {
        return capability.substring(0, capability.indexOf('.'));
    }

    public String operation() {
        return capability.substring(capability.indexOf('.') + 1);
    }
}
