package dev.reflow.security;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import dev.reflow.organization.Caller;
import dev.reflow.organization.Credential;
import dev.reflow.organization.OrganizationId;
import dev.reflow.organization.OrganizationStore;
import dev.reflow.organization.Proof;
import dev.reflow.organization.Role;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells from the claims of a token that is genuine who asks. */
@ApplicationScoped
class TokenCallers {
    /** An organization is looked for once in this time, not with each request. */
    private static final Duration KNOWN = Duration.ofMinutes(1);

    private static final int MOST_KNOWN = 10_000;

    private final OrganizationStore organizations;
    private final SecurityConfig config;
    private final Cache<OrganizationId, Boolean> known = Caffeine.newBuilder()
            .expireAfterWrite(KNOWN)
            .maximumSize(MOST_KNOWN)
            .build();

    TokenCallers(OrganizationStore organizations, SecurityConfig config) {
        this.organizations = organizations;
        this.config = config;
    }

    /** Fails with {@link ErrorCode#FORBIDDEN} if the token does not say who asks, or for whom. */
    Uni<Caller> of(JsonNode claims) {
        String subject = subject(claims);
        Caller caller = new Caller(organization(claims), subject, subject, roles(claims), Credential.TOKEN)
                .provenBy(Proof.token(expiry(claims)));
        return admit(caller).replaceWith(caller);
    }

    private static Instant expiry(JsonNode claims) {
        return Instant.ofEpochSecond(Math.min(claims.path("exp").longValue(), Instant.MAX.getEpochSecond()));
    }

    private OrganizationId organization(JsonNode claims) {
        return one(claims, config.claims().organization())
                .flatMap(TokenCallers::uuid)
                .map(OrganizationId::new)
                .orElseThrow(() -> forbidden("The token has no UUID of an organization in its claim "
                        + config.claims().organization()));
    }

    private static Optional<UUID> uuid(String text) {
        try {
            UUID id = UUID.fromString(text);
            return id.toString().equalsIgnoreCase(text) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private String subject(JsonNode claims) {
        return one(claims, config.claims().subject())
                .filter(subject -> !subject.isBlank())
                .orElseThrow(() -> forbidden("The token does not say who asks in its claim "
                        + config.claims().subject()));
    }

    private static Optional<String> one(JsonNode claims, ClaimPath path) {
        List<String> found = path.texts(claims);
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    private Set<Role> roles(JsonNode claims) {
        Set<String> names = config.claims().roles().stream()
                .flatMap(path -> path.texts(claims).stream())
                .flatMap(text -> Stream.of(text.split(" ")))
                .collect(Collectors.toSet());
        return Arrays.stream(Role.values())
                .filter(role -> names.contains(role.code()))
                .collect(Collectors.toSet());
    }

    private Uni<Void> admit(Caller caller) {
        OrganizationId organization = caller.organization();
        if (known.getIfPresent(organization) != null) {
            return Uni.createFrom().voidItem();
        }
        Uni<Boolean> found = config.createOrganizations()
                ? organizations
                        .ensure(Caller.system(organization, caller.name(), "create_organization"))
                        .replaceWith(true)
                : organizations.exists(organization);
        return found.invoke(exists -> {
                    if (!exists) {
                        throw forbidden("The token's organization " + organization + " is not known here");
                    }
                    known.put(organization, true);
                })
                .replaceWithVoid();
    }

    private static ReflowException forbidden(String why) {
        return new ReflowException(ErrorCode.FORBIDDEN, why);
    }
}
