/**
 * Measurements. They are run by the profile {@code bench}, print what they find and assert nothing about time. The one
 * that ends processes is beside the tests that do, in {@code smoke}.
 */
package dev.reflow.bench;
