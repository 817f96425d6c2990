/** How long one scheduler decision takes, by size of the fleet. */
package io.troupe.bench.scheduler;
