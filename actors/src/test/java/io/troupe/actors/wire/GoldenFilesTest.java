package io.troupe.actors.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.typesafe.config.ConfigFactory;
import io.troupe.actors.catalog.CatalogEvent;
import io.troupe.actors.catalog.CatalogState;
import io.troupe.actors.group.ServerGroupEvent;
import io.troupe.actors.group.ServerGroupState;
import io.troupe.actors.host.HostEvent;
import io.troupe.actors.host.HostState;
import io.troupe.actors.instance.InstanceEvent;
import io.troupe.actors.instance.InstanceState;
import io.troupe.actors.network.NetworkEvent;
import io.troupe.actors.network.NetworkState;
import io.troupe.actors.project.ProjectEvent;
import io.troupe.actors.project.ProjectState;
import io.troupe.actors.volume.VolumeEvent;
import io.troupe.actors.volume.VolumesState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What was once written to the journal can be read for ever. {@code golden/v1/<family>.cbor.hex}
 * holds one specimen a line as the journal has it, {@code <family>.json} what it says. A line that
 * is there is never changed; {@code -Dtroupe.update=true} adds the lines of what is new.
 */
class GoldenFilesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/v1");

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What is stored, and the number of its serializer, which stands beside each row. */
  enum Family {
    INSTANCE_EVENT(InstanceEvent.class, 7001),
    HOST_EVENT(HostEvent.class, 7002),
    PROJECT_EVENT(ProjectEvent.class, 7003),
    NETWORK_EVENT(NetworkEvent.class, 7004),
    CATALOG_EVENT(CatalogEvent.class, 7005),
    SERVER_GROUP_EVENT(ServerGroupEvent.class, 7006),
    VOLUME_EVENT(VolumeEvent.class, 7007),
    INSTANCE_STATE(InstanceState.class, 7011),
    HOST_STATE(HostState.class, 7012),
    PROJECT_STATE(ProjectState.class, 7013),
    NETWORK_STATE(NetworkState.class, 7014),
    CATALOG_STATE(CatalogState.class, 7015),
    SERVER_GROUP_STATE(ServerGroupState.class, 7016),
    VOLUMES_STATE(VolumesState.class, 7017);

    private final Class<?> type;
    private final int serializer;

    Family(Class<?> type, int serializer) {
      this.type = type;
      this.serializer = serializer;
    }

    private Path bytes() {
      return GOLDEN.resolve(file() + ".cbor.hex");
    }

    private Path words() {
      return GOLDEN.resolve(file() + ".json");
    }

    private String file() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /** By type and number, in an order that does not change. */
    private Map<String, Object> specimens() {
      var all = new LinkedHashMap<String, Object>();
      for (Class<?> leaf : Specimens.leaves(type)) {
        var number = 0;
        for (Object specimen : new Specimens(Optional.empty()).of(leaf)) {
          all.put(leaf.getSimpleName() + "/" + number++, specimen);
        }
      }
      return all;
    }
  }

  private static ActorTestKit testKit;
  private static Serialization serialization;

  @BeforeAll
  static void start() throws IOException {
    testKit =
        ActorTestKit.create(
            "golden",
            ConfigFactory.parseString("pekko.actor.provider = local")
                .withFallback(ConfigFactory.parseResources("troupe-pekko.conf"))
                .withFallback(ConfigFactory.load()));
    serialization = SerializationExtension.get(testKit.system());
    if (Boolean.getBoolean("troupe.update")) {
      for (Family family : Family.values()) {
        addWhatIsNew(family);
      }
    }
  }

  @AfterAll
  static void stop() {
    testKit.shutdownTestKit();
  }

  @ParameterizedTest
  @EnumSource
  void everythingWrittenOnceIsStillRead(Family family) throws IOException {
    var words = JSON.readTree(family.words().toFile());

    for (var line : lines(family).entrySet()) {
      var value = read(family, line.getValue());

      assertThat(value).as(line.getKey()).isInstanceOf(family.type);
      assertSays(line.getKey(), write(value), words.get(line.getKey()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatWasReadAndWrittenAgainIsEqual(Family family) throws IOException {
    for (var line : lines(family).entrySet()) {
      var value = read(family, line.getValue());

      assertThat(read(family, write(value))).as(line.getKey()).isEqualTo(value);
    }
  }

  @ParameterizedTest
  @EnumSource
  void thereIsALineForEveryType(Family family) throws IOException {
    var lines = lines(family);
    assertThat(lines.keySet()).containsAll(family.specimens().keySet());
    var said = typesIn(lines.values());
    for (Object specimen : family.specimens().values()) {
      assertThat(said).containsAll(types(write(specimen)));
    }
  }

  /** The names of types and fields that a stored value says, its own and those of its parts. */
  private static Set<String> types(byte[] written) throws IOException {
    var value = new CBORMapper().readTree(written);
    var names = new TreeSet<>(value.findValuesAsText("@type"));
    addFields(value, names);
    return names;
  }

  private static void addFields(JsonNode value, Set<String> names) {
    var type = value.path("@type").asText(); // the same word may be a field of many types
    value.properties().forEach(field -> names.add(type + "." + field.getKey()));
    value.forEach(part -> addFields(part, names));
  }

  private static Set<String> typesIn(Collection<byte[]> written) throws IOException {
    var all = new TreeSet<String>();
    for (byte[] each : written) {
      all.addAll(types(each));
    }
    return all;
  }

  @ParameterizedTest
  @EnumSource
  void theSerializerAndItsManifestAreTheOnesStored(Family family) {
    for (Object specimen : family.specimens().values()) {
      var serializer = serialization.findSerializerFor(specimen);

      assertThat(serializer.identifier()).isEqualTo(family.serializer);
      assertThat(((SerializerWithStringManifest) serializer).manifest(specimen))
          .as("no class name gets into the journal")
          .isEmpty();
    }
  }

  // ---- what a stored value says

  /** Everything in {@code stored} is in {@code written} too; later versions may say more. */
  private static void assertSays(String where, byte[] written, JsonNode stored) throws IOException {
    assertContains(where, new CBORMapper().readTree(written), stored);
  }

  private static void assertContains(String where, JsonNode written, JsonNode stored) {
    assertThat(written).as(where).isNotNull();
    switch (stored) {
      case ObjectNode object ->
          object
              .properties()
              .forEach(
                  part ->
                      assertContains(
                          where + "." + part.getKey(),
                          written.get(part.getKey()),
                          part.getValue()));
      case ArrayNode array -> {
        assertThat(written.size()).as(where).isEqualTo(array.size());
        for (int index = 0; index < array.size(); index++) {
          assertContains(where + "[" + index + "]", written.get(index), array.get(index));
        }
      }
      default -> assertThat(written.asText()).as(where).isEqualTo(stored.asText());
    }
  }

  // ---- the files

  private static Map<String, byte[]> lines(Family family) throws IOException {
    var lines = new LinkedHashMap<String, byte[]>();
    for (String line : Files.readAllLines(family.bytes())) {
      var parts = line.split(" ", 2);
      lines.put(parts[0], HexFormat.of().parseHex(parts[1]));
    }
    return lines;
  }

  private static Object read(Family family, byte[] bytes) {
    return serialization.deserialize(bytes, family.serializer, "").get();
  }

  private static byte[] write(Object value) {
    return serialization.serialize(value).get();
  }

  private static void addWhatIsNew(Family family) throws IOException {
    Files.createDirectories(GOLDEN);
    var lines = Files.exists(family.bytes()) ? lines(family) : new LinkedHashMap<String, byte[]>();
    family.specimens().forEach((name, specimen) -> lines.putIfAbsent(name, write(specimen)));
    // A type that stands before others has the number of one that has its line already.
    for (Object specimen : family.specimens().values()) {
      var missing = types(write(specimen));
      missing.removeAll(typesIn(lines.values()));
      if (!missing.isEmpty()) {
        var name = specimen.getClass().getSimpleName() + "/" + String.join("+", missing);
        lines.put(name, write(specimen));
      }
    }
    List<String> text = new ArrayList<>();
    var words = JSON.createObjectNode();
    for (var line : lines.entrySet()) {
      text.add(line.getKey() + " " + HexFormat.of().formatHex(line.getValue()));
      words.set(line.getKey(), new CBORMapper().readTree(line.getValue()));
    }
    Files.write(family.bytes(), text);
    Files.writeString(
        family.words(), JSON.writerWithDefaultPrettyPrinter().writeValueAsString(words) + "\n");
  }
}
