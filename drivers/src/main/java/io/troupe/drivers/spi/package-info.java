/**
 * What Troupe asks of a hypervisor driver. A {@link io.troupe.drivers.spi.DriverProvider} opens a
 * {@link io.troupe.drivers.spi.ConnectionSpec} as a {@link io.troupe.drivers.spi.Driver}; that
 * shows hosts and guests, and carries out {@link io.troupe.drivers.spi.DriverCommand}s to a {@link
 * io.troupe.drivers.spi.DriverResult} or a {@link io.troupe.drivers.spi.DriverFailure}. Drivers
 * know no actors. Every driver runs the tests of {@code DriverConformance}.
 */
package io.troupe.drivers.spi;
