package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.filter.Rank;
import io.troupe.config.WeigherName;
import java.util.Optional;

/**
 * What the hint {@code SCHED_RANK} makes of a host, whole. It takes the place of all other
 * weighers. Source: OpenNebula's match-making.
 */
record RankWeigher(String text, Rank rank) implements HostWeigher.ByHost {
  /** Empty without the hint, and when it cannot be read. */
  static Optional<HostWeigher> of(RequestSpec request) {
    return request.hint("SCHED_RANK").stream()
        .findFirst()
        .flatMap(text -> Rank.read(text).map(rank -> new RankWeigher(text, rank)));
  }

  @Override
  public int raw(RequestSpec request, HostRow host) {
    double value = rank.of(host);
    return HostWeigher.whole(value < 0 ? Math.ceil(value) : Math.floor(value));
  }

  @Override
  public WeigherName title() {
    return WeigherName.RANK;
  }
}
