package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.SharedPool;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HostTableTest {
  private static final HostId A = new HostId("a");
  private final HostTable table = new HostTable();
  private final RequestSpec request =
      RequestDraft.any().group(GroupSpec.Policy.ANTI_AFFINITY, 1).spec();

  @Test
  void keepsTheNewestRow() {
    table.put(HostDraft.named("a").version(5).zone("east").row());

    assertThat(table.put(HostDraft.named("a").version(4).row())).isFalse();
    assertThat(table.row(A).orElseThrow().availabilityZone()).isEqualTo("east");

    assertThat(table.put(HostDraft.named("a").version(5).zone("west").row())).isTrue();
    assertThat(table.row(A).orElseThrow().availabilityZone()).isEqualTo("west");
    assertThat(table.size()).isEqualTo(1);
  }

  @Test
  void countsAPromiseOnceUntilItIsSettled() {
    table.put(HostDraft.named("a").row());

    table.consume(A, request);
    table.consume(A, request);

    HostRow promised = table.row(A).orElseThrow();
    assertThat(promised.claimed()).isEqualTo(new Resources(1, 1024, 10));
    assertThat(promised.instances()).isEqualTo(1);
    assertThat(promised.ioOps()).isEqualTo(1);
    assertThat(table.groupMembers("g")).isEqualTo(Map.of(A, 1));

    assertThat(table.settle(A, request.instance())).isTrue();
    assertThat(table.settle(A, request.instance())).isFalse();
    assertThat(table.settle(A, InstanceId.fresh())).isFalse();
    assertThat(table.row(A)).contains(HostDraft.named("a").row());
    assertThat(table.groupMembers("g")).isEmpty();
  }

  @Test
  void findsHostsOfAPoolThatAreUp() {
    table.put(HostDraft.named("c").traits("CUSTOM_STORAGE_POOL_SAN").row());
    table.put(HostDraft.named("b").traits("CUSTOM_STORAGE_POOL_SAN").down().row());
    table.put(HostDraft.named("a").traits("CUSTOM_STORAGE_POOL_SAN").disabled("work").row());
    table.put(HostDraft.named("d").traits("CUSTOM_STORAGE_POOL_NAS").row());

    var san = new SharedPool("san");
    assertThat(table.upInPool(san, 9)).containsExactly(A, new HostId("c"));
    assertThat(table.upInPool(san, 1)).containsExactly(A);
  }

  @Test
  void keepsPromisesWhenTheHostReports() {
    table.put(HostDraft.named("a").row());
    table.consume(A, request);

    table.put(HostDraft.named("a").version(2).claimed(3, 0, 0).row());

    assertThat(table.row(A).orElseThrow().claimed()).isEqualTo(new Resources(4, 1024, 10));
  }

  @Test
  void forgetsAHostWithItsPromises() {
    table.put(HostDraft.named("a").row());
    table.put(HostDraft.named("b").members(Map.of("g", 3)).row());
    table.consume(A, request);

    assertThat(table.remove(A)).isTrue();
    assertThat(table.remove(A)).isFalse();

    assertThat(table.row(A)).isEmpty();
    assertThat(table.groupMembers("g")).isEqualTo(Map.of(new HostId("b"), 3));
    assertThat(table.settle(A, request.instance())).isFalse();
    table.put(HostDraft.named("a").row());
    assertThat(table.row(A).orElseThrow().instances()).isZero();
    assertThatThrownBy(() -> table.consume(new HostId("nowhere"), request))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void takesAtMost512BytesPerHost() {
    int hosts = 50_000;
    usedBytes();
    long before = usedBytes();
    for (int i = 0; i < hosts; i++) {
      var metadata = new HashMap<String, Set<String>>();
      metadata.put("rack", Set.of("rack-" + i % 20));
      table.put(
          HostDraft.named("host-" + i).claimed(1, i, 1).zone("zone").aggregates(metadata).row());
    }

    assertThat((usedBytes() - before) / hosts).isBetween(50L, 512L);
    assertThat(table.size()).isEqualTo(hosts);
  }

  private static long usedBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
