package dev.reflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappingInterface;
import io.smallrye.config.ConfigMappings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The configuration reference in README and the settings that there are. */
class ConfigurationReferenceTest {
    private static final Pattern ROW =
            Pattern.compile("^\\| `(reflow\\.[a-z.-]+)` \\| `([A-Z_]+)` \\| (\\S.*?) \\| (.+) \\|$", Pattern.MULTILINE);

    private static Map<String, MatchResult> rows() throws IOException {
        return ROW.matcher(Files.readString(Path.of("README.md")))
                .results()
                .collect(Collectors.toMap(row -> row.group(1), row -> row));
    }

    /** By name. */
    private static final Map<String, ConfigMappingInterface.Property> SETTINGS = settings();

    private static Map<String, ConfigMappingInterface.Property> settings() {
        Map<String, ConfigMappingInterface.Property> settings = new TreeMap<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.reflow")) {
            if (type.isAnnotatedWith(ConfigMapping.class)) {
                settings.putAll(ConfigMappings.getProperties(ConfigMappings.ConfigClass.configClass(type.reflect())));
            }
        }
        settings.values().removeIf(ConfigMappingInterface.Property::isGroup);
        settings.keySet().removeIf(name -> name.endsWith("[*]")); // the list itself is there, too
        return settings;
    }

    @Test
    void everySettingIsInTheReference() throws IOException {
        assertThat(SETTINGS.keySet()).hasSizeGreaterThan(25).isSubsetOf(rows().keySet());
    }

    @Test
    void whatIsInTheReferenceIsASettingOrIsReadByItself() throws IOException {
        assertThat(rows().keySet().stream().filter(name -> !SETTINGS.containsKey(name)))
                .containsExactlyInAnyOrder(
                        "reflow.data.dir",
                        "reflow.bootstrap.api-key",
                        "reflow.reexecute-on-update.per-second",
                        "reflow.limits.request-timeout");
    }

    @Test
    void namesInTheEnvironmentFollowFromThoseOfTheSettings() throws IOException {
        assertThat(rows().values())
                .allSatisfy(row -> assertThat(row.group(2))
                        .isEqualTo(row.group(1).replaceAll("[.-]", "_").toUpperCase(Locale.ROOT)));
    }

    @Test
    void defaultsAreThoseOfTheSettings() throws IOException {
        Map<String, MatchResult> rows = rows();
        SETTINGS.forEach((name, property) -> {
            if (property.hasDefaultValue() && rows.containsKey(name)) {
                assertThat(rows.get(name).group(3)).as(name).isEqualTo("`" + property.getDefaultValue() + "`");
            }
        });
    }
}
