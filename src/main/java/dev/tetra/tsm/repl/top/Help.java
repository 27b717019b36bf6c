package dev.tetra.tsm.repl.top;

/** The keys. */
final class Help {
    static final String TEXT = """
            tsm top: the keys
              ↑ ↓, k j             the process before, the next one
              PgUp PgDn Home End   further
              s                    stop it, after a question
              r                    restart it
              l, Enter             its log on the whole screen; Esc leads back
              /                    only those with a text: Enter keeps it, Esc removes it
              < >, o               order by the column before, by the next one
              O                    the other way round
              a                    also those at rest, or only those that run
              Ctrl-L               paint anew
              h, ?                 this
              q, Esc, Ctrl-C       leave

            CPU is the share of one core, memory the resident size, both of the whole
            tree of a process. The bars are the last seconds, each scaled to its own
            highest; tsm info shows the last hour.
            """;

    private Help() {}
}
