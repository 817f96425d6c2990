package io.troupe.bench.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PngCanvasTest {
  private static final Chart CHART =
      new Chart.Lines(
          "Half and nothing",
          List.of(0.0, 3600.0),
          List.of(
              new Chart.Line("half", List.of(0.5, 0.5)),
              new Chart.Line("nothing", List.of(0.0, 0.0))));

  @TempDir private Path directory;

  private static int pixel(BufferedImage image, double x, double y) {
    return image.getRGB((int) (2 * x), (int) (2 * y)) & 0xffffff;
  }

  @Test
  void linesAreWhereTheSharesAre() throws IOException {
    var canvas = new PngCanvas();
    CHART.draw(canvas);
    canvas.end(directory.resolve("chart.png"));

    BufferedImage image = ImageIO.read(directory.resolve("chart.png").toFile());
    assertThat(image.getWidth()).isEqualTo(2 * Chart.WIDTH);
    double middle = (Chart.TOP + Chart.BOTTOM) / 2.0;
    assertThat(pixel(image, 400, middle)).isEqualTo(0x0072b2);
    assertThat(pixel(image, 400, Chart.BOTTOM)).isEqualTo(0xd55e00);
    assertThat(pixel(image, 400, middle + 12)).isEqualTo(Color.WHITE.getRGB() & 0xffffff);
  }

  @Test
  void barsAreAsHighAsTheShares() throws IOException {
    var canvas = new PngCanvas();
    new Chart.Bars("Bars", "x", List.of("a", "b"), List.of(1.0, 0.25)).draw(canvas);
    canvas.end(directory.resolve("bars.png"));

    BufferedImage image = ImageIO.read(directory.resolve("bars.png").toFile());
    assertThat(pixel(image, 200, Chart.TOP + 3)).isEqualTo(0x0072b2);
    assertThat(pixel(image, 600, Chart.TOP + 3)).isEqualTo(0xffffff);
    assertThat(pixel(image, 600, Chart.BOTTOM - 3)).isEqualTo(0x0072b2);
  }

  /** A JVM of its own, whose fontconfig knows no font and which remembers none. */
  @Test
  void aMachineWithoutFontsGetsPicturesWithoutWordsAndIsTold() throws Exception {
    Files.createDirectory(directory.resolve("empty"));
    Path config =
        Files.writeString(
            directory.resolve("fonts.conf"),
            "<fontconfig><dir>%1$s</dir><cachedir>%1$s</cachedir></fontconfig>"
                .formatted(directory.resolve("empty")));
    Files.writeString(
        directory.resolve("fleet.json"),
        "{\"hosts\": [{\"name\": \"a\", \"vcpus\": 8, \"ram_mib\": 16384}]}");
    Files.writeString(
        directory.resolve("requests.jsonl"),
        "{\"at\": 0, \"id\": \"x\", \"flavor\": {\"vcpus\": 1, \"ram_mib\": 64}}");
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.home=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                SimulateCommand.class.getName()));
    for (String file : List.of("fleet", "requests", "out")) {
      command.add("--" + file);
      command.add(directory.resolve(file + (file.equals("fleet") ? ".json" : ".jsonl")).toString());
    }
    command.addAll(List.of("--plots", directory.toString(), "--plot-format", "png"));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("FONTCONFIG_FILE", config.toString());
    builder.redirectOutput(directory.resolve("terminal").toFile());

    Process process = builder.start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();

    assertThat(process.exitValue()).isZero();
    assertThat(Files.readString(directory.resolve("terminal")))
        .contains("troupe: the PNG pictures are without words, for Java finds no fonts here")
        .doesNotContain("\tat ");
    assertThat(ImageIO.read(directory.resolve("hosts.png").toFile()).getWidth())
        .isEqualTo(2 * Chart.WIDTH);
  }
}
