package io.troupe.drivers.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure;
import java.net.URI;
import java.nio.file.Path;
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
                    + "&bootJitterMillis=2&stopMillis=7&migrationMillis=11&noPostCopy=true&sharedStorage=true&failureRate=0.25&failureKind=RETRYABLE"
                    + "&failureCommands=Spawn,Destroy&failureAfterEffect=true&ignoresAcpi=true&noAgent=true"
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
                true,
                true,
                0.25,
                DriverFailure.Kind.RETRYABLE,
                Set.of("Spawn", "Destroy"),
                true,
                -9,
                java.util.Optional.of(Path.of("/tmp/fake state")),
                2,
                Set.of("Pause", "Snapshot")));
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
