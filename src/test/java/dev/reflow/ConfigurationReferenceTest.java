package dev.reflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappingInterface;
import io.smallrye.config.ConfigMappings;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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

    /** Where it is used: in a schedule, in a constructor, or before there is any configuration of the service. */
    private static final Pattern READ_BY_ITSELF = Pattern.compile(
            "\\$\\{(reflow\\.[a-z.-]+)|@ConfigProperty\\(\\s*name = \"(reflow\\.[a-z.-]+)\"|String [A-Z_]+ = \"(reflow\\.[a-z-]+\\.[a-z.-]+)\"");

    private static Set<String> readByThemselves() throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main"))) {
            for (Path file : (Iterable<Path>)
                    files.filter(each -> each.toString().matches(".*\\.(java|properties)"))::iterator) {
                READ_BY_ITSELF
                        .matcher(Files.readString(file))
                        .results()
                        .forEach(found -> IntStream.rangeClosed(1, 3)
                                .mapToObj(found::group)
                                .filter(Objects::nonNull)
                                .forEach(names::add));
            }
        }
        return names;
    }

    @Test
    void whatIsReadByItselfIsInTheReferenceToo() throws IOException {
        assertThat(readByThemselves()).hasSizeGreaterThan(5).isSubsetOf(rows().keySet());
    }

    @Test
    void whatIsInTheReferenceIsASetting() throws IOException {
        Set<String> read = readByThemselves();
        assertThat(rows().keySet()).allMatch(name -> SETTINGS.containsKey(name) || read.contains(name));
    }

    /** Those of Quarkus in the reference, which has all that the manifests set. */
    @Test
    void settingsOfThePlatformAreThere() throws IOException {
        Set<String> known = new TreeSet<>();
        for (URL model : Collections.list(ConfigurationReferenceTest.class
                .getClassLoader()
                .getResources("META-INF/quarkus-config-doc/quarkus-config-model.json"))) {
            known.addAll(new ObjectMapper().readTree(model).findValuesAsText("environmentVariable"));
        }
        List<String> used = Pattern.compile("(?m)^\\| `quarkus\\.[a-z.-]+` \\| `([A-Z_]+)` \\|")
                .matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(row -> row.group(1))
                .toList();
        assertThat(used).hasSizeGreaterThan(10);
        assertThat(known).containsAll(used);
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
