/** What callers can have done, one verb phrase each. Every change goes through one of these; each is one transaction. */
@NullMarked
package dev.reflow.usecase;

import org.jspecify.annotations.NullMarked;
