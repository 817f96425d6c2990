/**
 * Resource classes and traits, in the terms of OpenStack's Placement service: what a flavor asks
 * ({@link io.troupe.actors.scheduler.resource.Wants}), what a host's providers have ({@link
 * io.troupe.actors.scheduler.resource.Provider}), and which provider gives what ({@link
 * io.troupe.actors.scheduler.resource.Allotment}).
 */
package io.troupe.actors.scheduler.resource;
