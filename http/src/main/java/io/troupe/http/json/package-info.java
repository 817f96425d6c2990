/**
 * JSON in and out. Bodies are parsed into our own types by {@code Field} and {@code Body}, which
 * name path, value and reason of whatever does not fit; unknown keys do not fit.
 */
package io.troupe.http.json;
