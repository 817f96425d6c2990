package io.troupe.actors.simulation;

import static java.util.Comparator.comparingLong;

import io.troupe.actors.catalog.Image;
import io.troupe.core.value.InstanceId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The images that are made of instances, without their actor and their bytes. */
final class ImageDesk {
  /** What an image made of a shelved instance is for: nobody else may have it. */
  static final String SHELF = "shelf";

  /**
   * @param purpose {@link #SHELF}, a backup's type or anything else; its id begins with that
   * @param number grows with each
   */
  record Kept(String id, InstanceId instance, String purpose, boolean whole, long number) {}

  /** What an image of snapshots is for. */
  static final String GOLDEN = "golden";

  private final Map<String, Kept> images = new HashMap<>();
  private long number;

  void make(InstanceId instance, Image image) {
    var purpose = image.id().substring(0, image.id().indexOf('.'));
    images.putIfAbsent(
        image.id(), new Kept(image.id(), instance, purpose, image.ofVolumes(), number++));
  }

  /** Whether there is such an image to give the bytes to. */
  boolean fill(String id) {
    var filled =
        images.computeIfPresent(
            id, (_, old) -> new Kept(id, old.instance(), old.purpose(), true, old.number()));
    return filled != null;
  }

  void drop(String id) {
    images.remove(id);
  }

  void rotate(InstanceId instance, String type, int kept) {
    var backups =
        images.values().stream()
            .filter(one -> one.whole() && one.instance().equals(instance))
            .filter(one -> one.purpose().equals(type))
            .sorted(comparingLong(Kept::number).reversed())
            .toList();
    backups.stream().skip(kept).map(Kept::id).forEach(images::remove);
  }

  boolean has(String id) {
    return images.containsKey(id) && images.get(id).whole();
  }

  Collection<Kept> all() {
    return List.copyOf(images.values());
  }
}
