/**
 * A real server on a free loopback port for some services alone, with tokens that need no identity
 * service, and a fleet whose connections have secrets. The whole cloud is in {@code cloud}.
 */
package io.troupe.http.live;
