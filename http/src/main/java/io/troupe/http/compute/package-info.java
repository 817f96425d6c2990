/**
 * The Compute API v2.1, microversions 2.1 to 2.96, in Nova's shapes. {@code *Routes} are the
 * operations, {@code *Json} how things are shown in each microversion. A boot goes: {@code
 * CreateRequest} (the body, parsed) → {@code BootPlanner} (names looked up and checked) → {@code
 * Boots} (one command per instance) → {@code Instances}.
 */
package io.troupe.http.compute;
