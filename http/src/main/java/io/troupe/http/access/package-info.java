/**
 * Who may do what. A token becomes a {@code Caller}, each route names a {@code Policy}, finer
 * rights inside a route are {@code Permission}s; nothing else decides. Without a policy there is no
 * route.
 */
package io.troupe.http.access;
