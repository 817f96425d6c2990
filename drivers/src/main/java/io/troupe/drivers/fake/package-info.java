/**
 * A whole hypervisor in memory: the written meaning of the driver SPI, and what tests, benchmarks
 * and a first look at Troupe run on. {@link io.troupe.drivers.fake.FakeDriver} is one connection to
 * a {@link io.troupe.drivers.fake.FakeHypervisor}, which has the guests and outlives connections;
 * with the option {@code state} it keeps them in a {@link io.troupe.drivers.fake.SharedState},
 * which outlives the process and is shared with others. {@link io.troupe.drivers.fake.FakeSettings}
 * lists the options.
 */
package io.troupe.drivers.fake;
