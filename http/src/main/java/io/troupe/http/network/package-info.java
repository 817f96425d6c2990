/**
 * The Network API v2.0 (Neutron's shapes) below {@code /networking}, as far as booting servers
 * needs it: networks with one IPv4 subnet, ports, and one security group per project that says what
 * is true, namely that nothing is filtered. Networks and subnets are catalog records; ports are
 * asked of {@link io.troupe.actors.Networks}. {@code Listing} is what all lists share: filters by
 * any attribute, fields, sort and pages.
 */
package io.troupe.http.network;
