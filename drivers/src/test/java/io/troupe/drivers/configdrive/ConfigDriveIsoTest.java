package io.troupe.drivers.configdrive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestSpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ConfigDriveIsoTest {
  private static final InstanceId INSTANCE =
      new InstanceId(UUID.fromString("11111111-2222-3333-4444-555555555555"));
  private static final String KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE me@here";

  @Test
  void everyFileIsThereUnderBothNamings() throws Exception {
    SortedMap<String, byte[]> files = ConfigDriveFiles.of(INSTANCE, spec("#!/bin/sh\necho hi\n"));

    byte[] disc = ConfigDriveIso.of(files);

    assertThat(files.keySet())
        .containsExactly(
            "openstack/latest/meta_data.json",
            "openstack/latest/network_data.json",
            "openstack/latest/user_data",
            "openstack/latest/vendor_data.json");
    assertThat(disc.length % 2048).isZero();
    assertThat(IsoReader.rockRidge(disc).label()).isEqualTo("config-2");
    assertThat(IsoReader.sameFiles(IsoReader.rockRidge(disc).files(), files)).isTrue();
    assertThat(IsoReader.joliet(disc).label()).isEqualTo("config-2");
    assertThat(IsoReader.sameFiles(IsoReader.joliet(disc).files(), files)).isTrue();
  }

  @Test
  void filesOfAnySizeComeBackByteForByte() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    SortedMap<String, byte[]> files = new TreeMap<>();
    for (int size : new int[] {1, 2047, 2048, 2049, 65_535, 200_000}) {
      byte[] content = new byte[size];
      random.nextBytes(content);
      files.put("openstack/content/file_" + size, content);
    }

    byte[] disc = ConfigDriveIso.of(files);

    assertThat(IsoReader.sameFiles(IsoReader.rockRidge(disc).files(), files))
        .as("seed %d", seed)
        .isTrue();
  }

  @Test
  void metaDataSaysWhoTheGuestIs() throws Exception {
    JsonNode json = json("meta_data.json");

    assertThat(json.get("uuid").asText()).isEqualTo(INSTANCE.toString());
    assertThat(json.get("name").asText()).isEqualTo("Web \"one\" é");
    assertThat(json.get("hostname").asText()).isEqualTo("web-one");
    assertThat(json.get("project_id").asText()).isEqualTo("p1");
    assertThat(json.get("availability_zone").asText()).isEqualTo("nova");
    assertThat(json.get("meta").get("role").asText()).isEqualTo("front");
    assertThat(json.get("public_keys").get("mine").asText()).isEqualTo(KEY);
    assertThat(json.get("keys").get(0).get("data").asText()).isEqualTo(KEY);
  }

  @Test
  void networkDataCarriesTheAddress() throws Exception {
    JsonNode json = json("network_data.json");

    JsonNode link = json.get("links").get(0);
    JsonNode network = json.get("networks").get(0);
    assertThat(link.get("ethernet_mac_address").asText()).isEqualTo("fa:16:3e:00:00:01");
    assertThat(link.get("mtu").asInt()).isEqualTo(1450);
    assertThat(network.get("link").asText()).isEqualTo(link.get("id").asText());
    assertThat(network.get("ip_address").asText()).isEqualTo("10.0.0.5");
    assertThat(network.get("netmask").asText()).isEqualTo("255.255.240.0");
    assertThat(network.get("routes").get(0).get("gateway").asText()).isEqualTo("10.0.0.1");
    assertThat(json.get("services").get(0).get("address").asText()).isEqualTo("9.9.9.9");
  }

  @Test
  void netmasksOfAllLengths() {
    assertThat(NetworkData.netmask(0)).isEqualTo("0.0.0.0");
    assertThat(NetworkData.netmask(1)).isEqualTo("128.0.0.0");
    assertThat(NetworkData.netmask(24)).isEqualTo("255.255.255.0");
    assertThat(NetworkData.netmask(32)).isEqualTo("255.255.255.255");
  }

  /** Nova's user guide, "Device tagging". */
  @Test
  void taggedDevicesAreThereToBeFound() throws Exception {
    JsonNode devices = json("meta_data.json").get("devices");

    assertThat(devices).hasSize(2);
    assertThat(devices.get(0).toString())
        .isEqualTo(
            "{\"type\":\"nic\",\"bus\":\"none\",\"mac\":\"fa:16:3e:00:00:01\",\"tags\":[\"front\"]}");
    assertThat(devices.get(1).toString())
        .isEqualTo("{\"type\":\"disk\",\"bus\":\"none\",\"serial\":\"vol-1\",\"tags\":[\"db\"]}");
  }

  @Test
  void noUserDataMeansNoFile() throws Exception {
    assertThat(ConfigDriveFiles.of(INSTANCE, spec("")))
        .doesNotContainKey("openstack/latest/user_data");
  }

  @Test
  void userDataThatIsNotBase64IsTheInstancesFault() {
    GuestSpec good = spec("");
    var drive =
        new GuestSpec.ConfigDrive(
            Map.of(), Optional.empty(), Optional.empty(), "%%%", "nova", List.of());
    var bad =
        new GuestSpec(
            good.name(),
            good.hostname(),
            "p1",
            "u1",
            good.size(),
            good.image(),
            List.of(),
            drive,
            Map.of());

    assertThatThrownBy(() -> ConfigDriveFiles.of(INSTANCE, bad))
        .isInstanceOf(DriverException.class)
        .hasMessageContaining("INSTANCE_FAULT: user data is not base64");
  }

  private static JsonNode json(String file) throws Exception {
    byte[] disc = ConfigDriveIso.of(ConfigDriveFiles.of(INSTANCE, spec("x")));
    return JsonMapper.builder()
        .build()
        .readTree(IsoReader.rockRidge(disc).files().get("openstack/latest/" + file));
  }

  private static GuestSpec spec(String userData) {
    return new GuestSpec(
        "Web \"one\" é",
        "web-one",
        "p1",
        "u1",
        new Resources(1, 128, 1),
        new GuestSpec.ImageRef("i1", "ab".repeat(64), "qcow2", 1, 1),
        List.of(
            new GuestSpec.Nic(
                "port-1",
                "fa:16:3e:00:00:01",
                "net-1",
                "sub-1",
                "10.0.0.5",
                "10.0.0.0/20",
                Optional.of("10.0.0.1"),
                List.of("9.9.9.9"),
                1450)),
        new GuestSpec.ConfigDrive(
            Map.of("role", "front"),
            Optional.of("mine"),
            Optional.of(KEY),
            Base64.getEncoder()
                .encodeToString(userData.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            "nova",
            List.of(),
            List.of(
                new GuestSpec.TaggedDevice(
                    GuestSpec.TaggedDevice.Kind.NIC, "fa:16:3e:00:00:01", "front"),
                new GuestSpec.TaggedDevice(GuestSpec.TaggedDevice.Kind.DISK, "vol-1", "db"))),
        Map.of());
  }
}
