/**
 * The boot benchmark: {@link io.troupe.bench.boot.BootCommand} reads the options, {@link
 * io.troupe.bench.boot.BootRun} applies a {@link io.troupe.bench.boot.Load} and cleans up, {@link
 * io.troupe.bench.boot.BootReport} is what was seen.
 */
package io.troupe.bench.boot;
