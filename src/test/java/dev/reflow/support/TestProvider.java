package dev.reflow.support;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** The provider of the service under test, for tests that have a field for it. */
public final class TestProvider implements QuarkusTestResourceLifecycleManager {
    private TokenProvider provider;

    @Override
    public Map<String, String> start() {
        provider = new TokenProvider(0);
        return Map.of("quarkus.oidc.auth-server-url", provider.url(), "reflow.security.provider-timeout", "500ms");
    }

    @Override
    public void inject(TestInjector tests) {
        tests.injectIntoFields(provider, new TestInjector.MatchesType(TokenProvider.class));
    }

    @Override
    public void stop() {
        if (provider != null) {
            provider.close();
        }
    }
}
