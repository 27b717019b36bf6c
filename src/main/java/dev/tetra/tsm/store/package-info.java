/** The database: H2, Flyway and JDBI. The only package that knows SQL. */
@NullMarked
package dev.tetra.tsm.store;

import org.jspecify.annotations.NullMarked;
