package dev.reflow.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images that are made with and without a daemon, and what Kubernetes expects of them, are alike. */
class ImagesTest {
    private static final Properties PROPERTIES = new Properties();

    @BeforeAll
    static void read() throws IOException {
        try (InputStream file = Files.newInputStream(Path.of("src/main/resources/application.properties"))) {
            PROPERTIES.load(file);
        }
    }

    private static String dockerfile(String kind) throws IOException {
        return Files.readString(Path.of("src/main/docker/Dockerfile." + kind));
    }

    @ParameterizedTest
    @CsvSource({"jvm, quarkus.jib.base-jvm-image", "native-micro, quarkus.jib.base-native-image"})
    void imagesHaveTheSameBaseUserAndPort(String kind, String base) throws IOException {
        assertThat(dockerfile(kind))
                .contains("ARG BASE_IMAGE=" + PROPERTIES.getProperty(base))
                .contains("USER " + PROPERTIES.getProperty("quarkus.jib.user"))
                .contains("EXPOSE " + PROPERTIES.getProperty("quarkus.jib.ports"))
                .doesNotContain("\nRUN ") // needs no shell
                .containsPattern("ENTRYPOINT \\[");
    }

    @Test
    void userIsTheOneThatKubernetesRunsThemAs() throws IOException {
        assertThat(Files.readString(Path.of("k8s/base/deployment.yaml")))
                .contains("runAsUser: "
                        + PROPERTIES.getProperty("quarkus.jib.user").split(":")[0]);
    }

    @Test
    void jvmImageIsStartedAlike() throws IOException {
        assertThat(dockerfile("jvm")).contains(PROPERTIES.getProperty("quarkus.jib.jvm-additional-arguments"));
    }
}
