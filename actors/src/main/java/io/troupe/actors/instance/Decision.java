package io.troupe.actors.instance;

import io.troupe.actors.Rejection;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** What an instance makes of an input. */
public sealed interface Decision {
  /** These events; none when the input changes nothing (late, repeated, already so). */
  record Accept(List<InstanceEvent> events) implements Decision {
    public Accept {
      events = List.copyOf(events);
    }
  }

  /** Refused, nothing changes. */
  record Reject(Rejection reason) implements Decision {}

  /** Nothing changes now; the current step shall be asked for again after a while. */
  record AskAgain(Duration after, String why) implements Decision {}

  /** The same with {@code first} before its events, where it has any say. */
  default Decision after(InstanceEvent first) {
    return this instanceof Accept(var events)
        ? new Accept(Stream.concat(Stream.of(first), events.stream()).toList())
        : this;
  }

  static Decision nothing() {
    return new Accept(List.of());
  }

  static Decision accept(InstanceEvent... events) {
    return new Accept(List.of(events));
  }
}
