package dev.reflow.smoke;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.none;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;

/** A Java agent that puts the clock of a process forward: the one that java.time tells, by which it also logs. */
public final class ClockShift {
    static final Duration BY = Duration.ofMinutes(10);

    private ClockShift() {}

    public static void premain(String ignored, Instrumentation instrumentation) {
        new AgentBuilder.Default()
                .disableClassFormatChanges()
                .with(AgentBuilder.RedefinitionStrategy.RETRANSFORMATION)
                .ignore(none())
                .type(named("java.time.Clock"))
                .transform((builder, type, loader, module, domain) ->
                        builder.visit(Advice.to(Later.class).on(named("currentInstant"))))
                .installOn(instrumentation);
    }

    /** Becomes part of the method, where nothing of this class can be seen. */
    static final class Later {
        private Later() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) Instant now) {
            now = now.plusSeconds(600);
        }
    }

    /** What has to be in the environment of a process whose clock is to be wrong. */
    static String javaToolOptions(Path folder) throws IOException {
        Path jar = Files.createTempFile(folder, "clock-shift-", ".jar");
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(
                Attributes.Name.CLASS_PATH,
                AgentBuilder.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString());
        attributes.putValue("Premain-Class", ClockShift.class.getName());
        attributes.putValue("Can-Retransform-Classes", "true");
        try (JarOutputStream content = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            add(content, ClockShift.class);
            add(content, Later.class);
        }
        return "-javaagent:" + jar;
    }

    private static void add(JarOutputStream jar, Class<?> type) throws IOException {
        String name = type.getName().replace('.', '/') + ".class";
        jar.putNextEntry(new JarEntry(name));
        copy(Objects.requireNonNull(type.getClassLoader().getResourceAsStream(name)), jar);
        jar.closeEntry();
    }

    private static void copy(InputStream from, OutputStream to) throws IOException {
        try (from) {
            from.transferTo(to);
        }
    }
}
