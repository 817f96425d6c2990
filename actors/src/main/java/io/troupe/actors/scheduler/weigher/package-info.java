/**
 * One file, one number for a host. {@link io.troupe.actors.scheduler.weigher.WeigherList} is the
 * list of them; {@link io.troupe.actors.scheduler.weigher.Scale} makes numbers into weights.
 */
package io.troupe.actors.scheduler.weigher;
