package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Identity;

/** A running process that tsm does not manage. */
public record Stranger(Identity identity, String user, String command) {}
