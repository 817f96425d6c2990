/**
 * How a request finds its handler, and what every request has in common. A service is a list of
 * {@code Route}s under its mounts; {@code RouteTree} is all of them by path; {@code Router} walks a
 * request through token, microversion and policy to the handler and turns whatever goes wrong into
 * the service's error form. {@code Call} is the request as a handler sees it.
 */
package io.troupe.http.route;
