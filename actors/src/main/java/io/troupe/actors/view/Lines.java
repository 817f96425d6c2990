package io.troupe.actors.view;

import io.troupe.actors.instance.InstanceView;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.InstanceId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.serialization.Serialization;

/** Entries of the index on their way to another node. */
record Lines(List<Line> lines) implements CborSerializable {
  /** What is in one message; with the largest user data in each they still fit a frame. */
  static final int AT_MOST = 40;

  /** One entry, with what is shown of it as it is written. */
  record Line(
      InstanceId id,
      long version,
      Optional<Shown.Written> shown,
      boolean busy,
      Optional<InstanceIndex.Running> running,
      Instant updatedAt) {
    private static Line of(InstanceIndex.Entry entry, Serialization serialization) {
      return new Line(
          entry.id(),
          entry.version(),
          entry.shown().map(one -> one.written(view -> serialization.serialize(view).get())),
          entry.busy(),
          entry.running(),
          entry.updatedAt());
    }

    /** What is shown is read by any thread, when somebody wants to see it. */
    private InstanceIndex.Entry entry(Serialization serialization) {
      return new InstanceIndex.Entry(
          id,
          version,
          shown.map(
              one ->
                  Shown.of(one, view -> serialization.deserialize(view, InstanceView.class).get())),
          busy,
          running,
          updatedAt);
    }
  }

  Lines {
    lines = List.copyOf(lines);
  }

  static Lines of(List<InstanceIndex.Entry> entries, Serialization serialization) {
    return new Lines(entries.stream().map(entry -> Line.of(entry, serialization)).toList());
  }

  /** Each into the index, unless that knows something newer. */
  void putInto(InstanceIndex index, Serialization serialization) {
    lines.forEach(line -> index.put(line.entry(serialization)));
  }
}
