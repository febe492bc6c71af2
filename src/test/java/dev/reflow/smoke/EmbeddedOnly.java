package dev.reflow.smoke;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** About the embedded database of the service, which a native executable does not have. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@DisabledIfSystemProperty(named = EmbeddedOnly.EXECUTABLE, matches = ".+")
@interface EmbeddedOnly {
    String EXECUTABLE = "reflow.executable";
}
