/** What tests share: definitions, executors and clocks that a test controls. */
package dev.reflow.support;
