package dev.reflow.task.builtin;

import java.net.IDN;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a request goes. A host is a name or a canonical address and nothing in between: what other programs read as an
 * address ({@code 127.1}, {@code 0x7f000001}) is refused rather than interpreted.
 *
 * @param host in lower case, an IPv6 address without brackets
 * @param address the host when it is an address; null when it is a name
 * @param path with the query, percent-encoded, beginning with a slash
 */
record HttpTarget(boolean tls, String host, @Nullable InetAddress address, int port, String path) {
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*", Pattern.DOTALL);
    private static final Pattern URL =
            Pattern.compile("(https?)://([^/?#]*)([^#]*)(?:#.*)?", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[^\\[\\]]*]|[^:\\[\\]]*)(?::(\\d{0,5}))?");
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,63}(?:\\.[a-z0-9_-]{1,63})*");
    private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");
    private static final String BYTE = "(?:0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
    private static final Pattern IPV4 = Pattern.compile(BYTE + "(?:\\." + BYTE + "){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-f:]*(?:" + BYTE + "(?:\\." + BYTE + "){3})?");
    private static final String KEPT = "-._~:/?[]@!$&'()*+,;=%";

    static HttpTarget parse(String url) {
        String stripped = url.strip();
        if (stripped.chars().anyMatch(Character::isISOControl)) {
            throw new RefusedRequestException("url must not contain line breaks or other control characters");
        }
        Matcher parts = URL.matcher(stripped);
        if (!parts.matches()) {
            throw new RefusedRequestException("url must begin with http:// or https://");
        }
        if (parts.group(2).contains("@")) {
            throw new RefusedRequestException("url must not contain a user or password; use the Authorization header");
        }
        boolean tls = parts.group(1).equalsIgnoreCase("https");
        Matcher authority = AUTHORITY.matcher(parts.group(2));
        if (!authority.matches()) {
            throw invalidHost(parts.group(2));
        }
        String host = host(authority.group(1));
        return new HttpTarget(tls, host, address(host), port(tls, authority.group(2)), path(parts.group(3)));
    }

    /** The target that a Location header names, seen from this one. */
    HttpTarget resolve(String location) {
        if (SCHEME.matcher(location).matches()) {
            return parse(location);
        }
        if (location.startsWith("//")) {
            return parse((tls ? "https:" : "http:") + location);
        }
        String ownPath = path.contains("?") ? path.substring(0, path.indexOf('?')) : path;
        if (location.startsWith("/")) {
            return parse(origin() + location);
        }
        if (location.startsWith("?") || location.startsWith("#") || location.isEmpty()) {
            return parse(origin() + ownPath + location);
        }
        return parse(origin() + ownPath.substring(0, ownPath.lastIndexOf('/') + 1) + location);
    }

    boolean hasSameOriginAs(HttpTarget other) {
        return origin().equals(other.origin());
    }

    String origin() {
        return (tls ? "https://" : "http://") + authority();
    }

    /** The Host header. */
    String authority() {
        String shown = host.contains(":") ? "[" + host + "]" : host;
        return port == (tls ? 443 : 80) ? shown : shown + ":" + port;
    }

    /** Without the query, which may hold what is not for logs and messages. */
    @Override
    public String toString() {
        return origin() + (path.contains("?") ? path.substring(0, path.indexOf('?')) : path);
    }

    private static String host(String written) {
        if (written.startsWith("[")) {
            String literal = written.substring(1, written.length() - 1).toLowerCase(Locale.ROOT);
            if (!literal.contains(":") || !IPV6.matcher(literal).matches()) {
                throw invalidHost(written);
            }
            return literal;
        }
        String host = ascii(written);
        boolean name = NAME.matcher(host).matches() && host.length() <= 253;
        boolean canonical =
                !ENDS_IN_NUMBER.matcher(host).matches() || IPV4.matcher(host).matches();
        if (!name || !canonical) {
            throw invalidHost(written);
        }
        return host;
    }

    private static String ascii(String written) {
        try {
            String ascii = IDN.toASCII(written, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
            return ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii;
        } catch (IllegalArgumentException e) {
            throw invalidHost(written);
        }
    }

    private static @Nullable InetAddress address(String host) {
        if (!host.contains(":") && !IPV4.matcher(host).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(host.contains(":") ? "[" + host + "]" : host); // a literal: asks nobody
        } catch (UnknownHostException e) {
            throw invalidHost(host);
        }
    }

    private static int port(boolean tls, @Nullable String written) {
        if (written == null || written.isEmpty()) {
            return tls ? 443 : 80;
        }
        int port = Integer.parseInt(written);
        if (port < 1 || port > 65_535) {
            throw new RefusedRequestException("url has no valid port: " + written);
        }
        return port;
    }

    private static String path(String written) {
        StringBuilder path = new StringBuilder(written.startsWith("/") ? "" : "/");
        written.codePoints().forEach(point -> {
            if (point < 128 && (Character.isLetterOrDigit(point) || KEPT.indexOf(point) >= 0)) {
                path.append((char) point);
            } else {
                for (byte octet : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
                    path.append(String.format(Locale.ROOT, "%%%02X", octet & 0xff));
                }
            }
        });
        return normalized(path.toString()).orElse(path.toString());
    }

    /** Without dot segments; empty when java.net cannot read the path, which a server still may. */
    private static Optional<String> normalized(String path) {
        if (!path.contains("/.")) {
            return Optional.empty();
        }
        int query = path.indexOf('?');
        String onlyPath = query < 0 ? path : path.substring(0, query);
        try {
            String normal = URI.create("http://host" + onlyPath).normalize().getRawPath();
            while (normal.startsWith("/../")) {
                normal = normal.substring(3);
            }
            return Optional.of((normal.isEmpty() ? "/" : normal) + (query < 0 ? "" : path.substring(query)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static RefusedRequestException invalidHost(String written) {
        return new RefusedRequestException("url has no valid host: '" + written + "'");
    }
}
