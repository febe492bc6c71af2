/** Every failure that a client can see, named once. Nothing here knows how a failure is transported. */
@NullMarked
package dev.reflow.error;

import org.jspecify.annotations.NullMarked;
