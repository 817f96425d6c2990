package io.troupe.http;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.troupe.actors.Catalog;
import io.troupe.actors.Hosts;
import io.troupe.actors.Instances;
import io.troupe.actors.Networks;
import io.troupe.actors.Placements;
import io.troupe.actors.Quotas;
import io.troupe.actors.Volumes;
import io.troupe.actors.image.ImageLimits;
import io.troupe.actors.image.ImageStore;
import io.troupe.config.ApiSettings;
import io.troupe.config.QuotaSettings;
import io.troupe.config.SchedulerSettings;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.crypto.SecretKey;

/**
 * What the services stand on.
 *
 * @param quotaDefaults what projects may use that have no limits of their own
 * @param pciAliases the names that flavors may ask PCI devices by
 * @param images bytes of images; their records are in the catalog
 * @param notReady why requests should go elsewhere now, empty when they should not; called for
 *     every readiness probe and shown to everybody
 * @param tokenKey signs tokens (HMAC-SHA256, 32 bytes); every node of a cluster needs the same one
 */
public record Api(
    Instances instances,
    Catalog catalog,
    Networks networks,
    Volumes volumes,
    Hosts hosts,
    Quotas quotas,
    QuotaSettings quotaDefaults,
    Placements placements,
    SchedulerSettings schedulerDefaults,
    Set<String> pciAliases,
    ImageStore images,
    ImageLimits imageLimits,
    Supplier<Optional<String>> notReady,
    SecretKey tokenKey,
    ApiSettings settings,
    PrometheusMeterRegistry registry,
    Clock clock) {
  public Api {
    pciAliases = Set.copyOf(pciAliases);
  }

  /** The same with another way to the instances. */
  public Api with(Instances others) {
    return new Api(
        others,
        catalog,
        networks,
        volumes,
        hosts,
        quotas,
        quotaDefaults,
        placements,
        schedulerDefaults,
        pciAliases,
        images,
        imageLimits,
        notReady,
        tokenKey,
        settings,
        registry,
        clock);
  }
}
