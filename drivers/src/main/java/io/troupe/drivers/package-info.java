/**
 * How Troupe drives hypervisors. {@code spi} is what a hypervisor driver promises, in plain
 * blocking Java; {@code fake}, {@code libvirt} … keep the promises; {@link
 * io.troupe.drivers.DriverProviders} finds the one for a connection's URI. {@link
 * io.troupe.drivers.DriverActor} is the only thing that calls a driver: it decides who waits for
 * whom (a {@link io.troupe.drivers.CommandQueue}), and has the calls made on threads that may block
 * ({@link io.troupe.drivers.DriverThreads}).
 *
 * <pre>
 *   Execute ──▶ DriverActor ──▶ CommandQueue   one by one per instance, n spawns per host
 *                  │  ▲
 *                  ▼  │ outcome
 *              DriverThreads ──▶ Driver ──▶ hypervisor
 *                                  │ guest events
 *                                  └──────▶ listener
 * </pre>
 */
package io.troupe.drivers;
