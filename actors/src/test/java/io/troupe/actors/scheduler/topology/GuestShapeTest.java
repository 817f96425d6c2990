package io.troupe.actors.scheduler.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.scheduler.topology.GuestShape.Asked;
import io.troupe.actors.scheduler.topology.GuestShape.Unreadable;
import io.troupe.core.value.Resources;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuestShapeTest {
  private static final Resources OWN = new Resources(4, 4_096, 10);

  /** {@code hw:…} are the flavor's, {@code hw_…} the image's. */
  private static GuestShape.Reading read(String words) {
    var specs = new HashMap<String, String>();
    var properties = new HashMap<String, String>();
    for (String word : words.split(" ")) {
      String[] pair = word.split("=", 2);
      (pair[0].startsWith("hw_") ? properties : specs).put(pair[0], pair[1]);
    }
    return GuestShape.of(OWN, specs, properties);
  }

  private static GuestShape shape(String words) {
    return ((Asked) read(words)).shape();
  }

  @Test
  void flavorWithoutAWordAsksNothing() {
    assertThat(read("hw:cpu_policy=shared hw:boot_menu=true"))
        .isEqualTo(new Asked(GuestShape.NONE));
    assertThat(GuestShape.concerns(Map.of("resources:VCPU", "1"), Map.of("hw_disk_bus", "scsi")))
        .isFalse();
  }

  @Test
  void pinnedGuestHasACell() {
    var cell = shape("hw:cpu_policy=dedicated").cells().getFirst();

    assertThat(cell.pinned()).containsExactly(0, 1, 2, 3);
    assertThat(cell.ramMib()).isEqualTo(4_096);
    assertThat(shape("hw_cpu_policy=dedicated").pinnedCount()).isEqualTo(4);
  }

  @Test
  void cellsShareEvenlyUnlessTheySayMore() {
    var even = shape("hw_numa_nodes=2");
    var uneven =
        shape(
            "hw:numa_nodes=2 hw:numa_cpus.0=0-2,^1 hw:numa_mem.0=1024 hw:numa_cpus.1=1,3"
                + " hw:numa_mem.1=3072");

    assertThat(even.cells().get(1).cpus()).containsExactly(2, 3);
    assertThat(even.cells().get(1).ramMib()).isEqualTo(2_048);
    assertThat(uneven.cells().getFirst().cpus()).containsExactly(0, 2);
    assertThat(uneven.cells().get(1).ramMib()).isEqualTo(3_072);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2048      | EXACT | 2048",
        "2MB       | EXACT | 2048",
        "1GiB      | EXACT | 1048576",
        "large     | LARGE | 0",
        "small     | SMALL | 0",
        "any       | ANY   | 0"
      })
  void pageSizes(String text, GuestShape.Pages pages, long kib) {
    assertThat(shape("hw:mem_page_size=" + text).cells().getFirst().pages())
        .isEqualTo(new GuestShape.PageWish(pages, kib));
  }

  @Test
  void imageMayNarrowAnOpenPageSize() {
    assertThat(
            shape("hw:mem_page_size=large hw_mem_page_size=1GB").cells().getFirst().pages().kib())
        .isEqualTo(1_048_576);
  }

  @Test
  void devicesOfAnAliasAreAddedUp() {
    assertThat(shape("pci_passthrough:alias=a:1,b:2,a:2").devices())
        .containsExactly(new GuestShape.Devices("a", 3), new GuestShape.Devices("b", 2));
  }

  @Test
  void pinnedCpusAreNotAmongTheShared() {
    var mixed = Map.of("hw:cpu_policy", "mixed", "hw:cpu_dedicated_mask", "1-2");
    var said = Map.of("hw:cpu_policy", "dedicated", "resources:VCPU", "4");

    assertThat(GuestShape.shared(OWN, OWN, mixed, Map.of())).isEqualTo(new Resources(2, 4_096, 10));
    assertThat(GuestShape.shared(OWN, OWN, said, Map.of())).isEqualTo(OWN);
    assertThat(GuestShape.shared(OWN, OWN, Map.of("hw:numa_nodes", "3"), Map.of())).isEqualTo(OWN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hw:numa_nodes=3                                   | hw:numa_nodes            | not evenly divided",
        "hw:numa_nodes=two                                 | hw:numa_nodes            | whole number",
        "hw:numa_nodes=0                                   | hw:numa_nodes            | from 1 to 64",
        "hw:numa_nodes=2 hw_numa_nodes=2                   | hw_numa_nodes            | flavor says it already",
        "hw:numa_cpus.0=0-3                                | hw:numa_nodes            | needed",
        "hw:numa_nodes=1 hw:numa_cpus.0=0-3                | hw:numa_mem.0            | every cell",
        "hw:numa_nodes=1 hw:numa_cpus.0=0-2 hw:numa_mem.0=4096 | hw:numa_cpus.0       | each of the 4 vCPUs",
        "hw:numa_nodes=1 hw:numa_cpus.0=0-3 hw:numa_mem.0=4095 | hw:numa_mem.0        | the flavor 4096",
        "hw:numa_nodes=1 hw:numa_cpus.0=0-3 hw:numa_mem.0=4096 hw:numa_mem.1=1 | hw:numa_nodes | too many",
        "hw:cpu_policy=pinned                              | hw:cpu_policy            | no policy pinned",
        "hw:cpu_policy=shared hw_cpu_policy=dedicated      | hw_cpu_policy            | does not allow",
        "hw:cpu_policy=mixed                               | hw:cpu_dedicated_mask    | needs it",
        "hw:cpu_policy=mixed hw:cpu_dedicated_mask=0-3     | hw:cpu_dedicated_mask    | neither none nor all",
        "hw:cpu_policy=dedicated hw_cpu_policy=mixed hw:cpu_dedicated_mask=0 hw:cpu_thread_policy=odd | hw:cpu_thread_policy | no policy odd",
        "hw:cpu_thread_policy=isolate                      | hw:cpu_thread_policy     | dedicated and mixed only",
        "hw:cpu_policy=dedicated hw:cpu_thread_policy=isolate hw_cpu_thread_policy=require | hw_cpu_thread_policy | is isolate",
        "hw:emulator_threads_policy=isolate                | hw:emulator_threads_policy | pinned",
        "hw:mem_page_size=huge                             | hw:mem_page_size         | small, large, any",
        "hw_mem_page_size=large                            | hw_mem_page_size         | leave it open",
        "pci_passthrough:alias=gpu                         | pci_passthrough:alias    | NAME:COUNT",
        "hw:pci_numa_affinity_policy=close                 | hw:pci_numa_affinity_policy | no PCI NUMA policy"
      })
  void nonsenseIsNamed(String words, String field, String reason) {
    var unreadable = (Unreadable) read(words.strip());

    assertThat(unreadable.field()).isEqualTo(field.strip());
    assertThat(unreadable.reason()).contains(reason.strip());
  }

  @Test
  void moreCpusThanAnyHostHasAreNoShape() {
    var huge = new Resources(Integer.MAX_VALUE, 1, 0);

    assertThat(GuestShape.of(huge, Map.of("hw:cpu_policy", "dedicated"), Map.of()))
        .isInstanceOf(Unreadable.class);
  }
}
