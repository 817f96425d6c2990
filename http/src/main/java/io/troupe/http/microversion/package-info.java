/** Which edition of an API a request speaks, and in which editions a route or field exists. */
package io.troupe.http.microversion;
