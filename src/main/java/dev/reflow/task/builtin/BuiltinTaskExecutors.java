package dev.reflow.task.builtin;

import dev.reflow.task.TaskExecutor;
import dev.reflow.task.TaskExecutors;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;

/** Registers every task executor that is a bean, those of other packages included. */
@ApplicationScoped
public class BuiltinTaskExecutors {
    @Produces
    @Singleton
    TaskExecutors taskExecutors(@All List<TaskExecutor> executors) {
        return new TaskExecutors(executors);
    }
}
