package io.troupe.actors.host;

import io.troupe.core.serialization.CborSerializable;
import java.util.Optional;

/**
 * What an administrator has decided about one host, apart from its connection.
 *
 * @param enabled whether it takes new instances; running ones stay
 * @param disabledReason empty when it is enabled or nobody gave one
 * @param forcedDown counts as down whatever the hypervisor answers
 */
public record Administration(boolean enabled, String disabledReason, boolean forcedDown)
    implements CborSerializable {
  public static final Administration USUAL = new Administration(true, "", false);

  /**
   * A change; what is empty stays as it is.
   *
   * @param disabledReason kept only while the host is disabled
   */
  public record Change(
      Optional<Boolean> enabled, Optional<String> disabledReason, Optional<Boolean> forcedDown)
      implements CborSerializable {

    public static Change enable() {
      return new Change(Optional.of(true), Optional.empty(), Optional.empty());
    }

    /**
     * @param reason may be empty
     */
    public static Change disable(String reason) {
      return new Change(Optional.of(false), Optional.of(reason), Optional.empty());
    }

    public static Change forceDown(boolean down) {
      return new Change(Optional.empty(), Optional.empty(), Optional.of(down));
    }
  }

  public Administration changedBy(Change change) {
    var on = change.enabled().orElse(enabled);
    return new Administration(
        on,
        on ? "" : change.disabledReason().orElse(disabledReason),
        change.forcedDown().orElse(forcedDown));
  }
}
