package dev.tetra.tsm.model;

/**
 * One variable of a process's environment and where it came from.
 *
 * @param unset whether it is one of the caller's that the env file takes away, so that the process does not have it; it is
 *     kept as the file may read it when it is sourced again
 */
public record EnvVar(String name, String value, EnvSource source, boolean unset) {
    public EnvVar {
        if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
            throw new TsmException.Usage(
                    "'" + name + "' cannot be a variable's name", "a name is not empty and holds no '='");
        }
        if (value.indexOf('\0') >= 0) {
            throw new TsmException.Usage(
                    "the value of " + name + " holds a NUL byte", "the kernel cannot pass such a value on; remove it");
        }
    }

    /** One that the process has. */
    public EnvVar(String name, String value, EnvSource source) {
        this(name, value, source, false);
    }
}
