/** Credentials in, {@link dev.reflow.organization.Caller} out. */
@NullMarked
package dev.reflow.security;

import org.jspecify.annotations.NullMarked;
