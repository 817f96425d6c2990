package io.troupe.bench.boot;

import io.troupe.bench.cloud.Compute;
import java.time.Duration;

/**
 * What one run does.
 *
 * @param flavor as it was asked for: a name or an id
 * @param network {@code none}, {@code auto}, a name or an id
 * @param namePrefix server names are this and a number, so that what is left can be found
 * @param warmUpBoots boots before the measured ones, forgotten and deleted
 * @param poll the shortest time between two looks at a server
 * @param patience how long a server may take to become ACTIVE, or to go
 * @param lists how often the list is measured
 * @param shows how many servers are shown once
 * @param keep leave the servers
 */
record BootPlan(
    Load load,
    Compute.ServerSpec server,
    String flavor,
    String network,
    String namePrefix,
    int warmUpBoots,
    Duration poll,
    Duration patience,
    int lists,
    int shows,
    boolean keep) {}
