package io.troupe.drivers.fake;

import io.troupe.drivers.spi.GuestTarget;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The migrations away from a fake hypervisor's hosts that are under way. They are this process's
 * own: with it they end, and the guests go on where they are.
 */
final class FakeMigrations {
  private final Map<String, FakeMigration> underWay = new ConcurrentHashMap<>();

  /** The guest's migration: one that is under way, or a new one. */
  FakeMigration begin(GuestTarget source, Supplier<FakeMigration> fresh) {
    return underWay.computeIfAbsent(key(source), it -> fresh.get());
  }

  Optional<FakeMigration> of(GuestTarget source) {
    return Optional.ofNullable(underWay.get(key(source)));
  }

  void end(GuestTarget source, FakeMigration migration) {
    underWay.remove(key(source), migration);
  }

  private static String key(GuestTarget source) {
    return source.host() + " " + source.instance();
  }
}
