/** Measurements. They are run by the profile {@code bench}, print what they find and assert nothing about time. */
package dev.reflow.bench;
