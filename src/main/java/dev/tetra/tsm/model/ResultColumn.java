package dev.tetra.tsm.model;

/**
 * A column of a result.
 *
 * @param name in small letters unless the query spells it otherwise
 * @param number whether its values are numbers
 */
public record ResultColumn(String name, boolean number) {}
