package io.troupe.config;

import java.util.Optional;

/**
 * Limits and addresses of the HTTP API.
 *
 * @param bodyLimitBytes the largest JSON body taken; more is 413. Nova's default is 114688, which a
 *     full user data, 128 metadata items and tags fit in
 * @param pageLimit entries a list gives at most, Nova's {@code max_limit}
 * @param tokenLifetimeSeconds how long a token is good for, Keystone's default is an hour
 * @param passwordChecks Argon2id computations that may run at once; each takes 19 MiB and a core
 * @param bodyTimeoutSeconds how long a JSON body may take to arrive
 * @param requestTimeoutSeconds how long a request may take before 503
 * @param region the region every endpoint of the catalogue is in
 * @param publicEndpoint scheme, host and port for links and the catalogue, such as {@code
 *     https://cloud.example:8774}; when empty they follow the request
 */
public record ApiSettings(
    int bodyLimitBytes,
    int pageLimit,
    int tokenLifetimeSeconds,
    int passwordChecks,
    int bodyTimeoutSeconds,
    int requestTimeoutSeconds,
    String region,
    Optional<String> publicEndpoint) {
  public static final ApiSettings DEFAULT =
      new ApiSettings(256 * 1024, 1000, 3600, 2, 30, 60, "RegionOne", Optional.empty());
}
