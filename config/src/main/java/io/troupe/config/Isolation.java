package io.troupe.config;

import java.util.Set;

/**
 * Hosts kept for certain images. Names and defaults are Nova's ({@code isolated_hosts} and the
 * like).
 *
 * @param hosts names
 * @param images ids
 * @param restricting whether the isolated hosts take no other images
 */
public record Isolation(Set<String> hosts, Set<String> images, boolean restricting) {
  public static final Isolation NONE = new Isolation(Set.of(), Set.of(), true);

  public Isolation {
    hosts = Set.copyOf(hosts);
    images = Set.copyOf(images);
  }
}
