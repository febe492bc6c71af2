package dev.reflow.engine.embedded;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CountDownLatch;

/** Keeps the engine of this process from deciding anything, so that a test sees what comes before that. */
@ApplicationScoped
public class HeldEngine {
    private final ThreadLoop loop;

    HeldEngine(ThreadLoop loop) {
        this.loop = loop;
    }

    /** Ends the hold. */
    @FunctionalInterface
    public interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    /** Must not last as long as the dead-line. */
    public Hold hold() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        loop.execute(() -> {
            held.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        held.await();
        return released::countDown;
    }
}
