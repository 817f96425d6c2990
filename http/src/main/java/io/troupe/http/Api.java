package io.troupe.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.troupe.actors.Catalog;
import io.troupe.actors.Hosts;
import io.troupe.actors.Instances;
import io.troupe.actors.Networks;
import io.troupe.actors.Quotas;
import io.troupe.config.ApiSettings;
import java.time.Clock;
import javax.crypto.SecretKey;

/**
 * What the services stand on.
 *
 * @param tokenKey signs tokens (HMAC-SHA256, 32 bytes); every node of a cluster needs the same one
 */
public record Api(
    Instances instances,
    Catalog catalog,
    Networks networks,
    Hosts hosts,
    Quotas quotas,
    SecretKey tokenKey,
    ApiSettings settings,
    MeterRegistry registry,
    Clock clock) {}
