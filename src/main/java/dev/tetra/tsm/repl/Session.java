package dev.tetra.tsm.repl;

/**
 * What every program of the client works with.
 *
 * @param link runs commands
 * @param screen the terminal, for those who draw
 * @param streams stdout and stderr
 */
record Session(DaemonLink link, Screen screen, Streams streams) {}
