package io.troupe.node;

import io.troupe.actors.Answer;
import io.troupe.actors.catalog.Connection;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.image.ImageLimits;
import io.troupe.actors.image.ImageUpload;
import io.troupe.actors.image.UploadOutcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * An image to start with: a Linux that boots for real hypervisors when the launcher has built one,
 * else a disk of zeroes that the fake hypervisor is content with.
 */
final class DevImage {
  /** Where the launcher put a bootable qcow2. */
  private static final String GUEST_IMAGE = "TROUPE_GUEST_IMAGE";

  private static final int FAKE_BYTES = 1 << 20;

  private DevImage() {}

  /** The name of the image to boot. */
  static String make(TroupeNode node, String owner) throws IOException {
    var guest = System.getenv(GUEST_IMAGE);
    var real =
        node.catalog().all(Connection.class).stream()
            .anyMatch(one -> !one.uri().startsWith("fake:"));
    if (real && guest != null && Files.isReadable(Path.of(guest))) {
      return named(node, owner, "tiny-linux", "qcow2", Files.newInputStream(Path.of(guest)));
    }
    return named(node, owner, "tiny", "raw", new ByteArrayInputStream(new byte[FAKE_BYTES]));
  }

  private static String named(
      TroupeNode node, String owner, String name, String format, InputStream bytes)
      throws IOException {
    try (bytes) {
      var known =
          node.catalog().all(Image.class).stream()
              .filter(image -> image.name().equals(name) && image.owner().equals(owner))
              .findFirst();
      if (known.filter(image -> image.status().equals(ImageUpload.ACTIVE)).isPresent()) {
        return name;
      }
      var image = known.isPresent() ? known.get() : record(node, owner, name, format);
      var upload =
          new ImageUpload(node.catalog(), node.images(), ImageLimits.DEFAULT, Clock.systemUTC());
      var outcome = upload.receive(image.id(), bytes);
      if (!(outcome instanceof UploadOutcome.Active)) {
        throw new IOException("the image " + name + " was not taken: " + outcome);
      }
      return name;
    }
  }

  private static Image record(TroupeNode node, String owner, String name, String format) {
    var now = Instant.now();
    var image =
        new Image(
            UUID.randomUUID().toString(),
            name,
            owner,
            "public",
            ImageUpload.QUEUED,
            format,
            "bare",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0,
            0,
            false,
            false,
            Map.of(),
            Set.of(),
            now,
            now);
    return switch (TroupeNode.await(node.catalog().create(image))) {
      case Answer.Accepted<Image>(var made) -> made;
      case Answer.Rejected<Image>(var reason) -> throw new IllegalStateException(reason.toString());
    };
  }
}
