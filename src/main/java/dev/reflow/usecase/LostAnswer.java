package dev.reflow.usecase;

import dev.reflow.error.ReflowException;

/**
 * A command may have been carried out although its caller is told that it failed. The engine is told to look, because
 * this process may have been given work that it does not know of.
 */
final class LostAnswer {
    private LostAnswer() {}

    /** Whether nobody can say what became of the command. What the service or the database has refused was not done. */
    static boolean isPossible(Throwable failure) {
        return !(failure instanceof ReflowException || failure instanceof IllegalArgumentException);
    }
}
