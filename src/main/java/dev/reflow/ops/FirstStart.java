package dev.reflow.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reflow.organization.ApiKeyToken;
import dev.reflow.organization.OrganizationStore;
import dev.reflow.usecase.Bootstrap;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.VertxContextSupport;
import io.quarkus.vertx.http.HttpServerStart;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Makes an empty database usable at the first start, and tells the person who started the service how to begin. */
@ApplicationScoped
class FirstStart {
    private static final Logger LOG = Logger.getLogger(FirstStart.class);
    private static final String SAMPLE = "/sample-flow.json";
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final Bootstrap bootstrap;
    private final ObjectMapper mapper;
    private final Optional<String> presetKey;
    private final int configuredPort;
    private final boolean migrates;
    private final boolean runsExecutions;
    private final boolean logsJson;
    private volatile Optional<Bootstrap.FirstStart> made = Optional.empty();

    FirstStart(
            Bootstrap bootstrap,
            ObjectMapper mapper,
            @ConfigProperty(name = "reflow.bootstrap.api-key") Optional<String> presetKey,
            @ConfigProperty(name = "quarkus.http.port") int configuredPort,
            @ConfigProperty(name = "quarkus.flyway.migrate-at-start") boolean migrates,
            @ConfigProperty(name = "reflow.engine.enabled") boolean runsExecutions,
            @ConfigProperty(name = "quarkus.log.console.json.enabled") boolean logsJson) {
        this.bootstrap = bootstrap;
        this.mapper = mapper;
        this.presetKey = presetKey;
        this.configuredPort = configuredPort;
        this.migrates = migrates;
        this.runsExecutions = runsExecutions;
        this.logsJson = logsJson;
    }

    /**
     * Where others migrate, the schema may not be there yet. A process that only answers requests leaves this to others:
     * there may be many, and each has to start at once.
     */
    void bootstrap(@Observes StartupEvent event) throws Throwable {
        if (migrates) {
            made = VertxContextSupport.subscribeAndAwait(this::bootstrap);
        } else if (runsExecutions) {
            VertxContextSupport.subscribe(
                    () -> bootstrap()
                            .onFailure()
                            .retry()
                            .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
                            .indefinitely()
                            .toMulti(),
                    bootstrapped -> bootstrapped.with(first -> {
                        made = first;
                        tell(configuredPort);
                    }));
        }
    }

    private Uni<Optional<Bootstrap.FirstStart>> bootstrap() {
        OrganizationStore.SampleFlow sample = sampleFlow();
        return Uni.createFrom().deferred(() -> bootstrap.run(presetKey.map(ApiKeyToken::new), sample));
    }

    void tell(@ObservesAsync HttpServerStart started) {
        tell(started.options().getPort());
    }

    /** A start that ends before it serves, as when its port is taken, has made the only key all the same. */
    void tellAtLast(@Observes ShutdownEvent event) {
        tell(configuredPort);
    }

    private synchronized void tell(int port) {
        made.map(first -> new Welcome("http://localhost:" + port, first).text()).ifPresent(this::print);
        made = Optional.empty();
    }

    private void print(String text) {
        if (logsJson) {
            LOG.info(text); // whoever reads the output expects one object per line
        } else {
            System.out.print(text);
        }
    }

    private OrganizationStore.SampleFlow sampleFlow() {
        try (InputStream json = Objects.requireNonNull(FirstStart.class.getResourceAsStream(SAMPLE))) {
            JsonNode flow = mapper.readTree(json);
            return new OrganizationStore.SampleFlow(
                    UUID.randomUUID(),
                    flow.path("display_name").textValue(),
                    flow.path("description").textValue(),
                    flow.path("definition"),
                    List.of("sample"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
