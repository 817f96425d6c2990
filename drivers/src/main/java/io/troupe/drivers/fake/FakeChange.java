package io.troupe.drivers.fake;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * One line of a {@link GuestLog}. Its epoch is that of the command that made the change, or the
 * host's present one when no command did; 0 in files of former releases, which did not write it.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "change")
@JsonSubTypes({
  @JsonSubTypes.Type(value = FakeChange.Kept.class, name = "kept"),
  @JsonSubTypes.Type(value = FakeChange.Gone.class, name = "gone"),
  @JsonSubTypes.Type(value = FakeChange.VolumeKept.class, name = "volume-kept"),
  @JsonSubTypes.Type(value = FakeChange.VolumeGone.class, name = "volume-gone"),
  @JsonSubTypes.Type(value = FakeChange.Moved.class, name = "moved"),
  @JsonSubTypes.Type(value = FakeChange.Awaited.class, name = "awaited"),
  @JsonSubTypes.Type(value = FakeChange.EpochRaised.class, name = "epoch-raised")
})
sealed interface FakeChange {
  String host();

  long epoch();

  /** The guest is there, like this. */
  record Kept(String host, FakeGuest guest, long epoch) implements FakeChange {}

  record Gone(String host, String name, long epoch) implements FakeChange {}

  /** The volume is there, of this size, GiB. */
  record VolumeKept(String host, String id, long gib, long epoch) implements FakeChange {}

  record VolumeGone(String host, String id, long epoch) implements FakeChange {}

  /** The guest is no longer on {@code host}, but on {@code to}, like this. */
  record Moved(String host, String to, FakeGuest guest, long epoch) implements FakeChange {}

  /**
   * A guest of this name is on its way to the host and may arrive.
   *
   * @param generation of the guest once it is there; 0: none is awaited any more
   */
  record Awaited(String host, String name, long generation, long epoch) implements FakeChange {}

  record EpochRaised(String host, long epoch) implements FakeChange {}
}
