/** Tenants and who asks: the caller, for which organization, with which roles. */
@NullMarked
package dev.reflow.organization;

import org.jspecify.annotations.NullMarked;
