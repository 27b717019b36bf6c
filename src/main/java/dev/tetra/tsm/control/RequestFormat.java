package dev.tetra.tsm.control;

import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.model.TsmException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A request on the wire: fields that each end in a NUL byte. */
final class RequestFormat {
    private static final int HEAD_FIELDS = 10;

    private RequestFormat() {}

    /**
     * Reads one request.
     *
     * @throws TsmException.Usage when it is too large or not a request
     */
    static Request read(ConnectionInput in, int maxBytes) throws IOException {
        Fields fields = new Fields(in, maxBytes);
        String protocol = fields.next();
        if (!protocol.equals(Integer.toString(Request.PROTOCOL))) {
            throw malformed("its protocol is '" + abbreviate(protocol) + "', not " + Request.PROTOCOL);
        }
        String build = fields.next();
        String launcher = fields.next();
        String cwd = fields.next();
        int umask = number("umask", fields.next(), 8, 0777);
        int width = number("width", fields.next(), 10, 100_000);
        Set<String> flags = Arrays.stream(fields.next().split(","))
                .filter(flag -> !flag.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
        int pid = number("pid", fields.next(), 10, Integer.MAX_VALUE);
        String user = fields.next();
        int count = number("number of words", fields.next(), 10, maxBytes);
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            words.add(fields.next());
        }
        return new Request(build, launcher, cwd, umask, width, flags, pid, user, words);
    }

    /** The bytes of a request. */
    static byte[] write(Request request) {
        List<String> fields = new ArrayList<>(HEAD_FIELDS + request.words().size());
        fields.add(Integer.toString(Request.PROTOCOL));
        fields.add(request.launcherBuild());
        fields.add(request.launcher());
        fields.add(request.cwd());
        fields.add(Integer.toOctalString(request.umask()));
        fields.add(Integer.toString(request.width()));
        fields.add(String.join(",", request.flags()));
        fields.add(Long.toString(request.clientPid()));
        fields.add(request.user());
        fields.add(Integer.toString(request.words().size()));
        fields.addAll(request.words());
        return terminated(fields);
    }

    /** Texts that each end in a NUL byte. */
    static byte[] terminated(List<String> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        for (String field : fields) {
            if (field.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("a NUL character can't be sent");
            }
            out.writeBytes(RawText.encode(field));
            out.write(0);
        }
        return out.toByteArray();
    }

    private static int number(String what, String text, int radix, int max) {
        try {
            int value = Integer.parseInt(text, radix);
            if (value >= 0 && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below, with the text.
        }
        throw malformed("its " + what + " is '" + abbreviate(text) + "'");
    }

    private static String abbreviate(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }

    private static TsmException malformed(String why) {
        return new TsmException.Usage(
                "the daemon can't read this request: " + why, "is this client of the same version as the daemon?");
    }

    /** Fields one after the other, within a number of bytes for all together. */
    private static final class Fields {
        private final ConnectionInput in;
        private final int max;
        private int left;
        private byte[] field = new byte[256];

        Fields(ConnectionInput in, int max) {
            this.in = in;
            this.max = max;
            this.left = max;
        }

        String next() throws IOException {
            int length = 0;
            for (byte b = in.next(); b != 0; b = in.next()) {
                if (--left <= 0) {
                    throw new TsmException.Usage(
                            "the command is too long: more than " + max + " bytes",
                            "put what it says into a file, and pass the file's name");
                }
                if (length == field.length) {
                    field = Arrays.copyOf(field, length * 2);
                }
                field[length++] = b;
            }
            left--;
            return RawText.decode(field, 0, length);
        }
    }
}
