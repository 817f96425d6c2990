package io.troupe.http.access;

/** Rights inside a route: what a caller sees or may ask for beyond the route's own policy. */
public enum Permission {
  /** See and act on what belongs to another project. */
  OTHER_PROJECTS(Policy.ADMIN),
  /** {@code all_tenants} of lists. */
  ALL_TENANTS(Policy.ADMIN),
  /**
   * See volumes and snapshots of other projects, and swap the volumes of their servers: a volume
   * service moves what belongs to others.
   */
  VOLUMES_OF_OTHER_PROJECTS(Policy.SERVICE),
  /** {@code OS-EXT-SRV-ATTR:*} and {@code host_status} of servers. */
  EXTENDED_ATTRIBUTES(Policy.ADMIN),
  /** On which cells and CPUs of its host a server runs. */
  HOST_TOPOLOGY(Policy.ADMIN),
  /** Details of a fault. */
  FAULT_DETAILS(Policy.ADMIN),
  /** {@code zone:host} or {@code host} at boot. */
  CHOOSE_HOST(Policy.ADMIN),
  /** Filters and sort keys of the server list that name hosts and internals. */
  INTERNAL_FILTERS(Policy.ADMIN),
  /** Boot an image with a flavor that has no root disk. */
  ZERO_DISK_FLAVOR(Policy.ADMIN),
  /** See private flavors without being on their access list. */
  PRIVATE_FLAVORS(Policy.ADMIN),
  /** Key pairs of other users. */
  OTHER_USERS(Policy.ADMIN),
  /** Events of an instance action before microversion 2.51. */
  ACTION_EVENTS(Policy.ADMIN);

  private final Policy policy;

  Permission(Policy policy) {
    this.policy = policy;
  }

  boolean grantedTo(Caller caller) {
    return policy.allows(caller);
  }
}
