package io.troupe.actors.instance;

/** The resting state of an instance, as Nova defines it. */
public enum VmState {
  BUILDING("building"),
  ACTIVE("active"),
  PAUSED("paused"),
  SUSPENDED("suspended"),
  STOPPED("stopped"),
  RESCUED("rescued"),
  RESIZED("resized"),
  SOFT_DELETED("soft-delete"),
  DELETED("deleted"),
  ERROR("error"),
  SHELVED("shelved"),
  SHELVED_OFFLOADED("shelved_offloaded");

  private final String word;

  VmState(String word) {
    this.word = word;
  }

  /** {@code OS-EXT-STS:vm_state}. */
  public String word() {
    return word;
  }
}
