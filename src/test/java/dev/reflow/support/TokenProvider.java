package dev.reflow.support;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwx.JsonWebStructure;
import org.jose4j.lang.JoseException;

/** An OpenID Connect provider that issues whatever the test wants. */
public final class TokenProvider implements AutoCloseable {
    /** What it does when it is asked. */
    public enum Mode {
        ANSWER,
        FAIL,
        HANG
    }

    private static final int BITS = 2048;

    private final HttpServer server;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicInteger keyRequests = new AtomicInteger();
    private volatile Mode mode = Mode.ANSWER;
    private volatile RsaJsonWebKey key = newKey();

    /** @param port 0 for any that is free */
    public TokenProvider(int port) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/.well-known/openid-configuration", exchange -> answer(exchange, metadata()));
        server.createContext("/keys", exchange -> {
            keyRequests.incrementAndGet();
            answer(exchange, new JsonWebKeySet(key).toJson(OutputControlLevel.PUBLIC_ONLY));
        });
        server.start();
    }

    private static RsaJsonWebKey newKey() {
        try {
            RsaJsonWebKey key = RsaJwkGenerator.generateJwk(BITS);
            key.setKeyId(UUID.randomUUID().toString());
            key.setUse("sig");
            return key;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private String metadata() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("issuer", url())
                .put("jwks_uri", url() + "/keys")
                .put("introspection_endpoint", url() + "/introspection")
                .toString();
    }

    private void answer(HttpExchange exchange, String json) throws IOException {
        try (exchange) {
            if (mode == Mode.HANG) {
                closed.await();
            }
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(mode == Mode.FAIL ? 500 : 200, body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public void mode(Mode next) {
        mode = next;
    }

    /** From now on there is another key, and the one before is forgotten. */
    public void rotate() {
        key = newKey();
    }

    /** How often the keys were asked for. */
    public int keyRequests() {
        return keyRequests.get();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public String url() {
        return "http://127.0.0.1:" + port();
    }

    /** The claims of a token that is in order, but for what the test puts there. */
    public ObjectNode claims() {
        long now = Instant.now().getEpochSecond();
        return JsonNodeFactory.instance
                .objectNode()
                .put("iss", url())
                .put("aud", "reflow")
                .put("sub", "4711")
                .put("iat", now)
                .put("exp", now + 300)
                .put("roles", "app_user");
    }

    public String sign(ObjectNode claims) {
        return sign(claims, key, key.getKeyId());
    }

    /** A token that says that it is of the provider's key, and is not. */
    public String forge(ObjectNode claims) {
        return sign(claims, newKey(), key.getKeyId());
    }

    /** A token of a key that the provider does not know. */
    public String signElsewhere(ObjectNode claims) {
        RsaJsonWebKey other = newKey();
        return sign(claims, other, other.getKeyId());
    }

    /** Puts another signature on somebody's token. */
    public static String resign(String theirs) {
        try {
            JsonWebSignature token = (JsonWebSignature) JsonWebStructure.fromCompactSerialization(theirs);
            return sign(token.getUnverifiedPayload(), newKey(), token.getKeyIdHeaderValue());
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String sign(ObjectNode claims, RsaJsonWebKey key, String id) {
        return sign(claims.toString(), key, id);
    }

    private static String sign(String claims, RsaJsonWebKey key, String id) {
        JsonWebSignature token = new JsonWebSignature();
        token.setPayload(claims);
        token.setKey(key.getPrivateKey());
        token.setKeyIdHeaderValue(id);
        token.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        try {
            return token.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
    }
}
