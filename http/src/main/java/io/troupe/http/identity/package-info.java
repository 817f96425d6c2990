/**
 * Identity v3, embedded: {@code Authenticator} turns a request for a token into claims, {@code
 * Tokens} signs and reads them, {@code Passwords} does the slow hashing apart from the dispatcher,
 * {@code Directory} looks up users, projects and roles, and the routes show them in Keystone's
 * shapes. There is one domain, {@code default}.
 *
 * <pre>
 * POST auth/tokens → AuthRequest → Authenticator → TokenClaims → Tokens.sign → X-Subject-Token
 * X-Auth-Token → Tokens.read → Caller      (every request; roles are looked up fresh each time)
 * </pre>
 */
package io.troupe.http.identity;
