package dev.tetra.tsm.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * Which tsm this is.
 *
 * @param version the release, such as {@code 0.1.0}
 * @param build the release and when it was built, such as {@code 0.1.0+20260102030405}; grows with time
 */
public record BuildInfo(String version, String build) {
    /** Reads the facts that the build left in the jar. */
    public static BuildInfo load() {
        Properties properties = new Properties();
        try (InputStream in = BuildInfo.class.getResourceAsStream("/tsm.properties")) {
            if (in == null) {
                throw new IllegalStateException("tsm.properties is missing from the jar");
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new BuildInfo(properties.getProperty("version", "?"), properties.getProperty("build", "?"));
    }
}
