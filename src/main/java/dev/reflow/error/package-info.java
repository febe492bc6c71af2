/** Every failure that a client can see, named once. */
@org.jspecify.annotations.NullMarked
package dev.reflow.error;
