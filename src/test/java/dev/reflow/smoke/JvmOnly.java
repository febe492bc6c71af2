package dev.reflow.smoke;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** About what a native executable does not have: an embedded database, a JVM. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@DisabledIfSystemProperty(named = JvmOnly.EXECUTABLE, matches = ".+")
@interface JvmOnly {
    String EXECUTABLE = "reflow.executable";
}
