package dev.tetra.tsm.supervise.health;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a look asks for, made once for all looks of a probe: a port of a machine, and the request when a page of it is wanted
 * (RFC 9112). Used by one look at a time.
 */
final class Page {
    private static final byte[] FOUR = {127, 0, 0, 1};
    private static final byte[] SIX = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    private static final String HERE = "localhost";
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    private final String host;
    private final int port;
    private final boolean secure;
    private final @Nullable URI uri;
    private final byte[] request;
    private int lastStatus;
    private Look.Result lastResult = Look.Result.bad("");

    private Page(String host, int port, boolean secure, @Nullable URI uri) {
        this.host = host;
        this.port = port;
        this.secure = secure;
        this.uri = uri;
        this.request = uri == null ? new byte[0] : request("close");
    }

    /** A page. */
    static Page of(URI uri) {
        boolean secure = "https".equalsIgnoreCase(uri.getScheme());
        return new Page(uri.getHost(), uri.getPort() > 0 ? uri.getPort() : secure ? HTTPS : HTTP, secure, uri);
    }

    /** Nothing but that a port of this machine is open. */
    static Page of(int port) {
        return new Page(HERE, port, false, null);
    }

    String host() {
        return host;
    }

    int port() {
        return port;
    }

    /** Whether by TLS. */
    boolean secure() {
        return secure;
    }

    /** Whether a page is wanted, or only a connection. */
    boolean asks() {
        return uri != null;
    }

    /** The request, with which the server is to close the connection after its answer. */
    byte[] request() {
        return request;
    }

    /** The request, with which the server may leave the connection open. */
    byte[] lastingRequest() {
        return request("keep-alive");
    }

    private byte[] request(String connection) {
        if (uri == null) {
            return new byte[0];
        }
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String authority = port == (secure ? HTTPS : HTTP) ? host : host + ":" + port;
        return ("GET " + path + query + " HTTP/1.1\r\nHost: " + authority
                        + "\r\nUser-Agent: tsm-probe\r\nAccept: */*\r\nConnection: " + connection + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** What an answer with that status means. */
    Look.Result answered(int status) {
        if (status != lastStatus) {
            lastStatus = status;
            lastResult = Look.Result.of(status >= 200 && status < 400, "status " + status);
        }
        return lastResult;
    }

    /** What a connection means. */
    Look.Result connected() {
        return Look.Result.good("port " + port + " is open");
    }

    /** What went wrong. */
    Look.Result failed(String why) {
        return Look.Result.bad(asks() ? why : "port " + port + ": " + why);
    }

    /** Whether its host is this machine as it names itself. */
    boolean here() {
        try {
            return immediate() && addresses().stream().allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Whether its addresses are known without asking a name service, which may take its time. */
    boolean immediate() {
        return host.equalsIgnoreCase(HERE)
                || host.startsWith("[")
                || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    /** The addresses to try in turn. This machine by number, as servers may listen on either. */
    List<InetAddress> addresses() throws UnknownHostException {
        return host.equalsIgnoreCase(HERE)
                ? List.of(InetAddress.getByAddress(HERE, FOUR), InetAddress.getByAddress(HERE, SIX))
                : List.of(InetAddress.getAllByName(host));
    }
}
