package io.troupe.actors.catalog;

import java.util.List;

/** The kinds of catalog entries; each kind has an actor of its own. */
public final class Kinds {
  private static final List<Class<? extends CatalogEntry>> ALL =
      List.of(
          Flavor.class,
          KeyPair.class,
          Image.class,
          User.class,
          Project.class,
          RoleAssignment.class,
          Network.class,
          Aggregate.class,
          ServerGroup.class,
          Connection.class,
          QuotaClass.class,
          ApplicationCredential.class,
          SchedulingPause.class,
          SchedulerOverrides.class,
          RebalanceRun.class,
          HostDrain.class);

  private Kinds() {}

  public static List<Class<? extends CatalogEntry>> all() {
    return ALL;
  }

  /**
   * The id of the actor that holds the entries of this kind; part of the journal's keys, never
   * changed.
   */
  public static String id(Class<? extends CatalogEntry> kind) {
    return title(kind).toLowerCase(java.util.Locale.ROOT).replace(' ', '-');
  }

  /** The name of the limit on entries of this kind, as quotas have it: {@code key_pairs} … */
  public static String quota(Class<? extends CatalogEntry> kind) {
    return title(kind).toLowerCase(java.util.Locale.ROOT).replace(' ', '_') + "s";
  }

  /** The kind of this id; throws when there is none. */
  public static Class<? extends CatalogEntry> of(String id) {
    return ALL.stream()
        .filter(kind -> id(kind).equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no kind of catalog entries: " + id));
  }

  /** For messages, such as {@code Role assignment}. */
  static String title(Class<? extends CatalogEntry> kind) {
    var words = kind.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", " ");
    return words.charAt(0) + words.substring(1).toLowerCase(java.util.Locale.ROOT);
  }
}
