package dev.tetra.tsm.model;

import org.jspecify.annotations.Nullable;

/**
 * As whom a program runs.
 *
 * @param user a login name or a number; null for the daemon's own
 * @param group a name or a number; null for the user's own, with the supplementary groups of the user in either case
 */
public record Account(@Nullable String user, @Nullable String group) {
    /** As the daemon. */
    public static final Account NONE = new Account(null, null);

    public Account {
        refuseEmpty(user, "--user");
        refuseEmpty(group, "--group");
    }

    private static void refuseEmpty(@Nullable String name, String option) {
        if (name != null && name.isBlank()) {
            throw new TsmException.Usage(option + ": the name is empty", "give a name or a number");
        }
    }

    /** Whether it is another than the daemon's. */
    public boolean given() {
        return user != null || group != null;
    }
}
