package dev.reflow.security;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import io.quarkus.oidc.runtime.OidcAuthenticationMechanism;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.security.identity.request.TokenAuthenticationRequest;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jose4j.jwt.consumer.InvalidJwtException;

/** Reads {@code Authorization: Bearer …}: Quarkus finds out whether the token is genuine, the rest is done here. */
@ApplicationScoped
class BearerMechanism implements HttpAuthenticationMechanism {
    private static final Pattern BEARER = Pattern.compile("bearer( |$)", Pattern.CASE_INSENSITIVE);
    private static final Pattern TOKEN =
            Pattern.compile("bearer [\\w-]+\\.[\\w-]+\\.[\\w-]+", Pattern.CASE_INSENSITIVE);

    private final OidcAuthenticationMechanism oidc;
    private final TokenCallers callers;
    private final CallerRate rate;
    private final Outage outage = new Outage();
    private final JsonMapper mapper = new JsonMapper();

    BearerMechanism(OidcAuthenticationMechanism oidc, TokenCallers callers, CallerRate rate) {
        this.oidc = oidc;
        this.callers = callers;
        this.rate = rate;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager identities) {
        String credentials = context.request().getHeader("Authorization");
        if (credentials == null || !BEARER.matcher(credentials).lookingAt()) {
            return Uni.createFrom().nullItem();
        }
        if (!TOKEN.matcher(credentials).matches()) {
            return Uni.createFrom().failure(new AuthenticationFailedException("not a signed token"));
        }
        if (outage.keepsAll()) {
            return Uni.createFrom().failure(unavailable());
        }
        return oidc.authenticate(context, identities)
                .invoke(outage::hasKeys)
                .onFailure()
                .transform(this::failure)
                .onItem()
                .ifNotNull()
                .transformToUni(
                        genuine -> callers.of(claims(genuine)).map(rate::admit).map(ApiKeyIdentityProvider::identity));
    }

    /** A token that was not even looked at, because the keys are not there, says nothing against who sent it. */
    private Throwable failure(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        if (cause instanceof InvalidJwtException) {
            outage.hasKeys();
            return failure;
        }
        if (cause instanceof AuthenticationFailedException) {
            return failure;
        }
        outage.began(cause);
        return unavailable();
    }

    private static ReflowException unavailable() {
        return new ReflowException(ErrorCode.UNAVAILABLE, "Tokens cannot be checked at the moment");
    }

    /** As they are written in the token. */
    private JsonNode claims(SecurityIdentity genuine) {
        String payload = ((JsonWebToken) genuine.getPrincipal()).getRawToken().split("\\.")[1];
        try {
            return mapper.readTree(new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new AuthenticationFailedException("the token's claims are no JSON", e);
        }
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", "Bearer"));
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return Set.of(TokenAuthenticationRequest.class);
    }

    /** Before the mechanism that it asks, after API keys. */
    @Override
    public int getPriority() {
        return oidc.getPriority() + 1;
    }
}
