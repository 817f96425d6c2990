/** A real server on a free loopback port, a client for it, and small doubles of the actors. */
package io.troupe.http.live;
