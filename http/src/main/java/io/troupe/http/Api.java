package io.troupe.http;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.troupe.actors.Catalog;
import io.troupe.actors.Hosts;
import io.troupe.actors.Instances;
import io.troupe.actors.Networks;
import io.troupe.actors.Placements;
import io.troupe.actors.Quotas;
import io.troupe.actors.image.ImageLimits;
import io.troupe.actors.image.ImageStore;
import io.troupe.config.ApiSettings;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.SecretKey;

/**
 * What the services stand on.
 *
 * @param notReady why requests cannot be served yet; empty when they can
 * @param tokenKey signs tokens (HMAC-SHA256, 32 bytes); every node of a cluster needs the same one
 */
public record Api(
    Instances instances,
    Catalog catalog,
    Networks networks,
    Hosts hosts,
    Quotas quotas,
    Placements placements,
    ImageStore images,
    ImageLimits imageLimits,
    SecretKey tokenKey,
    ApiSettings settings,
    PrometheusMeterRegistry registry,
    Supplier<Optional<String>> notReady,
    Clock clock) {}
