package dev.tetra.tsm.model;

/** What a probe is asked for. */
public enum ProbePurpose {
    /** Whether it has started; the other probes begin after that. */
    STARTUP,
    /** Whether it can do its work now. */
    READY,
    /** Whether it should be restarted, when the answer is no. */
    LIVE;

    /** The word shown to users and stored, with which its options begin: {@code --ready-http}. */
    public String word() {
        return Words.of(this);
    }
}
