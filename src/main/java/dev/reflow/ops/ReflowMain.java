package dev.reflow.ops;

import static io.quarkus.runtime.ApplicationLifecycleManager.QUARKUS_APPCDS_GENERATE_PROP;

import dev.reflow.organization.ApiKeyToken;
import io.quarkus.runtime.Application;
import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.PropertiesLocationConfigSourceFactory;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.source.file.FileSystemConfigSourceFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Starts the service, and before it a database of its own unless another one is configured. */
@QuarkusMain
public final class ReflowMain {
    private static final String REACTIVE_URL = "quarkus.datasource.reactive.url";
    private static final String JDBC_URL = "quarkus.datasource.jdbc.url";
    private static final String USERNAME = "quarkus.datasource.username";
    private static final String PASSWORD = "quarkus.datasource.password";
    private static final String TRACES_ENDPOINT = "quarkus.otel.exporter.otlp.endpoint";
    private static final String TRACES_OFF = "quarkus.otel.sdk.disabled";
    private static final String BOOTSTRAP_KEY = "reflow.bootstrap.api-key";
    private static final String DATA_DIR = "reflow.data.dir";
    private static final Path CONFIG_FILE = Path.of("config", "application.properties");
    private static final int CONFIG_FILE_ORDINAL = 260;

    /** Known when a native executable is built, which so leaves out the embedded database and all that only it needs. */
    private static final boolean NATIVE = ImageMode.current().isNativeImage();

    /** A start by which a build records what later starts can do without. */
    private static final boolean REHEARSAL = Boolean.getBoolean(QUARKUS_APPCDS_GENERATE_PROP);

    private ReflowMain() {}

    public static void main(String... args) {
        SmallRyeConfig config = startupConfig();
        checkBootstrapKey(config);
        checkSettings(config);
        if (REHEARSAL) {
            rehearse();
        } else if (!isSet(config, REACTIVE_URL) && !isSet(config, JDBC_URL)) {
            if (NATIVE) {
                refuse("a native executable has no database of its own. Set QUARKUS_DATASOURCE_REACTIVE_URL,"
                        + " QUARKUS_DATASOURCE_USERNAME and QUARKUS_DATASOURCE_PASSWORD.");
            } else {
                try {
                    useEmbeddedDatabase(dataFolder(config));
                } catch (EmbeddedDatabaseException e) {
                    refuse(String.valueOf(e.getMessage()));
                }
            }
        } else if (!isSet(config, REACTIVE_URL)) {
            System.setProperty(
                    REACTIVE_URL, config.getValue(JDBC_URL, String.class).replaceFirst("^jdbc:", ""));
        }
        if (!isSet(config, TRACES_OFF)) {
            System.setProperty(TRACES_OFF, String.valueOf(!isSet(config, TRACES_ENDPOINT)));
        }
        // Otherwise a URI that cannot be decoded is answered without a body before anything of ours sees it.
        System.setProperty("vertx.disableURIValidation", "true");
        Quarkus.run(args);
    }

    /** On a database that does not exist: a build must not touch anything of anybody's. */
    private static void rehearse() {
        System.setProperty("quarkus.http.port", "0");
        System.setProperty(TRACES_OFF, "true");
        System.setProperty("reflow.engine.enabled", "false");
        System.setProperty("quarkus.flyway.migrate-at-start", "false");
        System.setProperty(REACTIVE_URL, "postgresql://127.0.0.1:1/none");
        System.setProperty(JDBC_URL, "jdbc:postgresql://127.0.0.1:1/none");
    }

    private static void checkBootstrapKey(SmallRyeConfig config) {
        Optional<String> key = config.getOptionalValue(BOOTSTRAP_KEY, String.class);
        if (key.isPresent() && !new ApiKeyToken(key.get()).isWellFormed()) {
            refuse("REFLOW_BOOTSTRAP_API_KEY has to begin with saf_ and go on after that.");
        }
    }

    private static void checkSettings(SmallRyeConfig config) {
        List<String> faults = SettingsCheck.faults(name -> config.getOptionalValue(name, String.class));
        if (!faults.isEmpty()) {
            refuse(String.join("\nreflow cannot start: ", faults));
        }
    }

    private static void refuse(String why) {
        System.err.println("reflow cannot start: " + why);
        System.exit(1);
    }

    /** What is known before the service itself starts: the environment, system properties, the files beside it. */
    private static SmallRyeConfig startupConfig() {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addSystemSources()
                // a native executable would not discover them
                .withSources(new PropertiesLocationConfigSourceFactory(), new FileSystemConfigSourceFactory());
        if (Files.isReadable(CONFIG_FILE)) {
            try {
                builder.withSources(
                        new PropertiesConfigSource(CONFIG_FILE.toUri().toURL(), CONFIG_FILE_ORDINAL));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return builder.build();
    }

    private static boolean isSet(SmallRyeConfig config, String property) {
        return config.getOptionalValue(property, String.class).isPresent();
    }

    private static Path dataFolder(SmallRyeConfig config) {
        return config.getOptionalValue(DATA_DIR, Path.class)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".reflow"));
    }

    private static void useEmbeddedDatabase(Path folder) {
        EmbeddedDatabase database = EmbeddedDatabase.start(folder);
        String location = "postgresql://127.0.0.1:" + database.port() + "/" + database.database();
        System.setProperty(REACTIVE_URL, location);
        System.setProperty(JDBC_URL, "jdbc:" + location);
        System.setProperty(USERNAME, database.user());
        System.setProperty(PASSWORD, database.password());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stopAfterService(database), "embedded-database-stop"));
    }

    /** The hooks of a JVM run side by side; the service still hands over its work while it stops. */
    private static void stopAfterService(EmbeddedDatabase database) {
        Application service = Application.currentApplication();
        if (service != null) {
            service.awaitShutdown();
        }
        database.close();
    }
}
