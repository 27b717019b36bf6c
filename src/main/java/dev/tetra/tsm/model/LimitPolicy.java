package dev.tetra.tsm.model;

/** What a process may use, as whom it runs, which ends are good, and what is done around a run. */
public record LimitPolicy(Allowance allowance, Account account, SuccessCodes successCodes, RunCommands commands) {
    /** Nothing of the kind. */
    public static final LimitPolicy NONE =
            new LimitPolicy(Allowance.NONE, Account.NONE, SuccessCodes.USUAL, RunCommands.NONE);
}
