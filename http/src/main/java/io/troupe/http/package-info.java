/**
 * The cloud as its users see it: every service under one port. {@link io.troupe.http.HttpServer}
 * binds the port, {@code route} finds the handler of a request and holds the rules all services
 * share, {@code microversion}, {@code access}, {@code error} and {@code json} are those rules, and
 * each service is a list of routes in its own package ({@code identity}, {@code compute} …).
 *
 * <pre>
 * HttpRequest → Router → RouteTree → token → microversion → policy → Handler → HttpResponse
 *                  └──────────── any refusal or failure ────────────→ ApiError → ErrorForm
 * </pre>
 */
package io.troupe.http;
