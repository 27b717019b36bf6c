package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.WantOfMemory;
import dev.tetra.tsm.spec.Secrets;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells a URL of an event by POST, and tries again what may go well another time. */
final class HookPost {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int LAST_PORT = 65535;
    /** {@code user:password@host:port}; a name with an underscore, as containers have, is no host to {@link URI}. */
    private static final Pattern AUTHORITY =
            Pattern.compile("(?:(?<user>[^@]*)@)?(?<host>\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::(?<port>\\d{1,5}))?");

    private final List<Duration> delays;

    /** @param delays before each further try */
    HookPost(List<Duration> delays) {
        this.delays = List.copyOf(delays);
    }

    /** What came of one try. */
    private record Try(boolean success, boolean again, String words) {}

    /**
     * Makes sure that something can be told by a URL.
     *
     * @throws TsmException.Usage when it is none, or not of HTTP
     */
    static void check(String url) {
        try {
            Matcher authority = authority(URI.create(url));
            String port = authority.matches() ? authority.group("port") : "0";
            if (port == null || (Integer.parseInt(port) > 0 && Integer.parseInt(port) <= LAST_PORT)) {
                return;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new TsmException.Usage("'" + Secrets.mask(url) + "' is no URL", "such as https://example.org/tsm");
    }

    private static Matcher authority(URI uri) {
        return AUTHORITY.matcher(uri.getRawAuthority() == null ? "" : uri.getRawAuthority());
    }

    Delivery.Result post(String url, String body) throws InterruptedException {
        Try result = within(url, body);
        int tries = 1;
        for (Duration delay : delays) {
            if (!result.again()) {
                break;
            }
            TimeUnit.NANOSECONDS.sleep(delay.toNanos());
            result = within(url, body);
            tries++;
        }
        return new Delivery.Result(
                result.success(), result.words() + (tries == 1 ? "" : ", after " + tries + " tries"));
    }

    /** The time limits of a connection are for each read; a server may send a byte now and then for ever. */
    private static Try within(String url, String body) throws InterruptedException {
        FutureTask<Try> work = new FutureTask<>(() -> once(url, body));
        Thread.ofVirtual().name("hook post").start(work);
        try {
            return work.get(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return new Try(false, true, "no answer within " + LIMIT.toSeconds() + " s");
        } catch (ExecutionException e) {
            WantOfMemory.endOn(e);
            return new Try(false, false, String.valueOf(e.getCause()));
        } finally {
            // Closes the connection, if it is not over: Socket, on a virtual thread that is interrupted.
            work.cancel(true);
        }
    }

    private static Try once(String url, String body) {
        try {
            URI uri = URI.create(url);
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(uri.toASCIIString()).toURL().openConnection();
            try {
                connection.setRequestMethod("POST");
                connection.setConnectTimeout((int) LIMIT.toMillis());
                connection.setReadTimeout((int) LIMIT.toMillis());
                connection.setInstanceFollowRedirects(false);
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", "application/json");
                connection.setRequestProperty("User-Agent", "tsm");
                String user = user(uri);
                if (user != null) {
                    connection.setRequestProperty("Authorization", "Basic " + user);
                }
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                connection.setFixedLengthStreamingMode(bytes.length);
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(bytes);
                }
                int code = connection.getResponseCode();
                if (code < 0) {
                    return new Try(false, false, "no answer of HTTP");
                }
                return new Try(code >= 200 && code < 300, code >= 500 || code == TOO_MANY_REQUESTS, "HTTP " + code);
            } finally {
                connection.disconnect();
            }
        } catch (IOException | IllegalArgumentException e) {
            return new Try(false, e instanceof IOException, words(e));
        }
    }

    /** What stands before the host, as RFC 7617 has it. */
    private static @Nullable String user(URI uri) {
        Matcher authority = authority(uri);
        String user = authority.matches() ? authority.group("user") : null;
        return user == null
                ? null
                : Base64.getEncoder()
                        .encodeToString(URLDecoder.decode(user.replace("+", "%2B"), StandardCharsets.UTF_8)
                                .getBytes(StandardCharsets.UTF_8));
    }

    private static String words(Exception e) {
        return switch (e) {
            case SocketTimeoutException _ -> "no answer within " + LIMIT.toSeconds() + " s";
            case UnknownHostException _ -> "there is no host " + e.getMessage();
            case ConnectException _ -> "no connection: " + e.getMessage();
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }
}
