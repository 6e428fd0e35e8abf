package ambit.cli;

import ambit.wire.FrontEvent;

/** Where a run's events go. One thread calls it. */
interface RunReport {

    void started(FrontEvent.Started event);

    void called(FrontEvent.Called event);

    void waiting(FrontEvent.Waiting event);

    void stdout(byte[] bytes);

    void stderr(byte[] bytes);

    /** The run is over. */
    void finished(Ending ending);

    void refused(FrontEvent.Refused event);

    /**
     * How a run ended.
     *
     * @param why something to add, such as a limit that the agent ran into; may be empty
     */
    record Ending(
            FrontEvent.Finished event,
            String transaction,
            long millis,
            long calls,
            long denied,
            String why,
            int exit) {}
}
