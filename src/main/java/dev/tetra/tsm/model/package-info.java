/** The words of tsm: records, enums and the family of errors. Imports nothing else of tsm. */
@NullMarked
package dev.tetra.tsm.model;

import org.jspecify.annotations.NullMarked;
