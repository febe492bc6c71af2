package dev.reflow.security;

import dev.reflow.organization.ApiKeyToken;
import io.quarkus.security.identity.request.BaseAuthenticationRequest;

/** A request that came with an API key. */
final class ApiKeyAuthenticationRequest extends BaseAuthenticationRequest {
    private final ApiKeyToken token;

    ApiKeyAuthenticationRequest(ApiKeyToken token) {
        this.token = token;
    }

    ApiKeyToken token() {
        return token;
    }
}
