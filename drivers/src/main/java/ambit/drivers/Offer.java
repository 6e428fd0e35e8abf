package ambit.drivers;

import java.util.List;

/** A tool that says what its operations are, so that a grant can pin it. */
interface Offer {
    List<ToolDefinition> discover(Cancellation cancellation) throws DriverFailure;
}
