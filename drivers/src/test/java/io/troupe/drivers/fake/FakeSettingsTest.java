package io.troupe.drivers.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.HostTopology;
import io.troupe.drivers.spi.SharedPool;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FakeSettingsTest {
  @Test
  void defaultsAreAFleetThatAnswersAtOnce() throws Exception {
    var settings = FakeSettings.of(connection("fake:///", Map.of()));

    assertThat(settings.hosts()).isEqualTo(20);
    assertThat(settings.prefix()).isEqualTo("fake-");
    assertThat(settings.capacity()).isEqualTo(new Resources(64, 262_144, 4_000));
    assertThat(settings.bootMillis() + settings.bootJitterMillis() + settings.stopMillis())
        .isZero();
    assertThat(settings.failureRate()).isZero();
    assertThat(settings.state()).isEmpty();
  }

  @Test
  void everyOptionIsReadFromTheUri() throws Exception {
    var settings =
        FakeSettings.of(
            connection(
                "fake://?hosts=3&prefix=rack1-&vcpus=8&ramMib=4096&diskGib=50&bootMillis=5"
                    + "&bootJitterMillis=2&stopMillis=7&migrationMillis=11&noPostCopy=true&sharedStorage=true&sharedPool=san&failureRate=0.25&failureKind=RETRYABLE"
                    + "&failureCommands=Spawn,Destroy&failureAfterEffect=true&ignoresAcpi=true&noAgent=true"
                    + "&cells=2&threads=2&hugePages=2048:512&dedicatedCpus=2-3,6"
                    + "&devices=8086:154d:1:PF,8086:10ed:2:VF"
                    + "&foreignGuests=2&lacks=Pause,Snapshot&seed=-9&state=%2Ftmp%2Ffake%20state",
                Map.of()));

    assertThat(settings)
        .isEqualTo(
            new FakeSettings(
                3,
                "rack1-",
                new Resources(8, 4_096, 50),
                5,
                2,
                7,
                11,
                true,
                true,
                java.util.Optional.of(new SharedPool("san")),
                true,
                true,
                0.25,
                DriverFailure.Kind.RETRYABLE,
                Set.of("Spawn", "Destroy"),
                true,
                -9,
                java.util.Optional.of(Path.of("/tmp/fake state")),
                2,
                new HostTopology(
                    List.of(
                        new HostTopology.Cell(
                            0,
                            0,
                            List.of(List.of(0, 1), List.of(2, 3)),
                            2_048,
                            List.of(
                                new HostTopology.Pages(4, 512 * 512),
                                new HostTopology.Pages(2_048, 512))),
                        new HostTopology.Cell(
                            1,
                            1,
                            List.of(List.of(4, 5), List.of(6, 7)),
                            2_048,
                            List.of(
                                new HostTopology.Pages(4, 512 * 512),
                                new HostTopology.Pages(2_048, 512)))),
                    List.of(2, 3, 6),
                    List.of(
                        device("0000:01:00.0", "154d", HostTopology.Type.PF, 0, null),
                        device("0000:02:00.0", "10ed", HostTopology.Type.VF, 0, "0000:01:00.0"),
                        device("0000:03:00.0", "10ed", HostTopology.Type.VF, 1, "0000:01:00.0"))),
                Set.of("Pause", "Snapshot")));
  }

  private static HostTopology.Device device(
      String address, String product, HostTopology.Type type, int cell, String parent) {
    return new HostTopology.Device(
        address,
        "8086",
        product,
        type,
        java.util.Optional.of(cell),
        java.util.Optional.ofNullable(parent),
        Map.of());
  }

  @Test
  void optionsOfTheConnectionWinOverItsUri() throws Exception {
    var settings = FakeSettings.of(connection("fake://?hosts=3&vcpus=2", Map.of("hosts", "4")));

    assertThat(settings.hosts()).isEqualTo(4);
    assertThat(settings.capacity().vcpus()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fake://?host=3               | host",
        "fake://?hosts=many           | hosts",
        "fake://?hosts=0              | hosts",
        "fake://?hosts=1000001        | hosts",
        "fake://?hosts=2&hosts=3      | hosts",
        "fake://?hosts                | hosts",
        "fake://?prefix=a%20b         | prefix",
        "fake://?ramMib=-1            | ramMib",
        "fake://?bootMillis=1.5       | bootMillis",
        "fake://?failureRate=1.01     | failureRate",
        "fake://?failureRate=NaN      | failureRate",
        "fake://?failureKind=BAD      | failureKind",
        "fake://?failureCommands=Boot | failureCommands",
        "fake://?lacks=Nap            | lacks",
        "fake://?ignoresAcpi=yes      | ignoresAcpi",
        "fake://?vcpus=2&cells=4      | cells",
        "fake://?hugePages=2M         | hugePages",
        "fake://?dedicatedCpus=3-1    | dedicatedCpus",
        "fake://?devices=10de:x:1     | devices",
        "fake:hosts=3                 | fake:hosts=3",
        "fake://name/path             | fake://name/path"
      })
  void whatIsNotUnderstoodIsNamed(String uri, String named) {
    var refused =
        catchThrowableOfType(
            DriverException.class, () -> FakeSettings.of(connection(uri, Map.of())));

    assertThat(refused.failure().kind()).isEqualTo(DriverFailure.Kind.INSTANCE_FAULT);
    assertThat(refused.failure().message()).contains(named);
  }

  private static ConnectionSpec connection(String uri, Map<String, String> options) {
    return new ConnectionSpec(new ConnectionId("fake"), URI.create(uri), options);
  }
}
