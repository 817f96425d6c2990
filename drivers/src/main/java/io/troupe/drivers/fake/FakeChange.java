package io.troupe.drivers.fake;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** One line of a {@link GuestLog}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "change")
@JsonSubTypes({
  @JsonSubTypes.Type(value = FakeChange.Kept.class, name = "kept"),
  @JsonSubTypes.Type(value = FakeChange.Gone.class, name = "gone"),
  @JsonSubTypes.Type(value = FakeChange.EpochRaised.class, name = "epoch-raised")
})
sealed interface FakeChange {
  /** The guest is there, like this. */
  record Kept(String host, FakeGuest guest) implements FakeChange {}

  record Gone(String host, String name) implements FakeChange {}

  record EpochRaised(String host, long epoch) implements FakeChange {}
}
