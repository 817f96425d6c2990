package io.troupe.actors.scheduler.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.HostDraft;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.RequestDraft;
import io.troupe.core.value.HostId;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FiltersTest {
  private static String judge(HostFilter filter, RequestDraft request, HostDraft host) {
    return switch (filter.judge(request.spec(), host.row())) {
      case Verdict.Pass() -> "pass";
      case Verdict.Fail fail -> fail.text();
    };
  }

  private static final RequestDraft ANY = RequestDraft.any();
  private static final HostDraft HOST = HostDraft.named("a");

  @Nested
  class Compute {
    private final HostFilter filter = new ComputeFilter();

    @Test
    void takesAHostThatIsEnabledAndUp() {
      assertThat(judge(filter, ANY, HOST)).isEqualTo("pass");
    }

    @Test
    void saysWhyAHostIsNot() {
      assertThat(judge(filter, ANY, HOST.down()))
          .isEqualTo("state enabled and up asked, down found");
      assertThat(judge(filter, ANY, HOST.disabled("new fan")))
          .isEqualTo("state enabled and up asked, disabled (new fan) found");
    }
  }

  @Nested
  class Capacity {
    @Test
    void countsReservationBeforeRatioAndClaimsAfter() {
      HostDraft host = HOST.reserved(2, 192, 10).ratio(1.5).claimed(5, 4000, 35); // 9-5, 12000-4000

      assertThat(judge(new VcpuFilter(), ANY.asking(4, 0, 0), host)).isEqualTo("pass");
      assertThat(judge(new VcpuFilter(), ANY.asking(5, 0, 0), host))
          .isEqualTo("vcpus 5 asked, 4 free");
      assertThat(judge(new RamFilter(), ANY.asking(0, 8000, 0), host)).isEqualTo("pass");
      assertThat(judge(new RamFilter(), ANY.asking(0, 8001, 0), host))
          .isEqualTo("ram 8001 MiB asked, 8000 MiB free");
      assertThat(judge(new DiskFilter(), ANY.asking(0, 0, 100), host)).isEqualTo("pass");
      assertThat(judge(new DiskFilter(), ANY.asking(0, 0, 101), host))
          .isEqualTo("disk 101 GiB asked, 100 GiB free");
    }

    @Test
    void ofPartOfAUnitIsNone() {
      assertThat(judge(new VcpuFilter(), ANY.asking(8, 0, 0), HOST.ratio(0.99)))
          .isEqualTo("vcpus 8 asked, 7 free");
    }

    @Test
    void fitsNothingAskedOnAHostBeyondItsCapacity() {
      HostDraft over = HOST.claimed(9, 9000, 200);

      assertThat(judge(new DiskFilter(), ANY.asking(0, 0, 0), over)).isEqualTo("pass");
      assertThat(judge(new DiskFilter(), ANY.asking(0, 0, 1), over))
          .isEqualTo("disk 1 GiB asked, -100 GiB free");
    }
  }

  @Nested
  class Zone {
    private final HostFilter filter = new AvailabilityZoneFilter();

    @Test
    void mattersOnlyWhenOneIsAsked() {
      assertThat(judge(filter, ANY, HOST.zone("east"))).isEqualTo("pass");
      assertThat(judge(filter, ANY.zone("east"), HOST.zone("east"))).isEqualTo("pass");
      assertThat(judge(filter, ANY.zone("west"), HOST.zone("east")))
          .isEqualTo("availability zone west asked, east found");
    }
  }

  @Nested
  class Tenancy {
    private final HostFilter filter = new AggregateMultiTenancyIsolation();

    private HostDraft isolated(String key, String... lists) {
      return HOST.aggregates(Map.of(key, Set.of(lists)));
    }

    @Test
    void leavesOtherHostsOpen() {
      assertThat(judge(filter, ANY, HOST)).isEqualTo("pass");
      assertThat(judge(filter, ANY, isolated("ssd", "true"))).isEqualTo("pass");
    }

    @Test
    void admitsTheListedProjectUnderAnySuffix() {
      assertThat(judge(filter, ANY, isolated("filter_tenant_id3", "x, demo"))).isEqualTo("pass");
      assertThat(judge(filter, ANY, isolated("filter_tenant_id", "z", "x,y")))
          .isEqualTo("project demo asked, isolation for x,y,z found");
    }
  }

  @Nested
  class ExtraSpecs {
    private String judged(RequestDraft request, HostDraft host) {
      return judge(AggregateExtraSpecsFilter.of(request.spec(), false), request, host);
    }

    private final RequestDraft ssd = ANY.extraSpec("aggregate_instance_extra_specs:ssd", "true");

    @Test
    void matchOneValueOfTheAggregates() {
      assertThat(judged(ssd, HOST.aggregates(Map.of("ssd", Set.of("false", "true")))))
          .isEqualTo("pass");
      assertThat(judged(ssd, HOST.aggregates(Map.of("ssd", Set.of("no,true"))))).isEqualTo("pass");
      assertThat(judged(ssd, HOST.aggregates(Map.of("ssd", Set.of("false")))))
          .isEqualTo("aggregate ssd true asked, false found");
    }

    @Test
    void failWhereTheKeyIsMissing() {
      assertThat(judged(ssd, HOST)).isEqualTo("aggregate ssd true asked, none found");
    }

    @Test
    void ofOtherScopesOrNoneAreNotOurs() {
      assertThat(judged(ANY.extraSpec("hw:cpu_policy", "dedicated"), HOST)).isEqualTo("pass");
      assertThat(judged(ANY.extraSpec("ssd", "true"), HOST)).isEqualTo("pass");
    }
  }

  @Nested
  class Limits {
    private HostDraft limited(String key, String... values) {
      return HOST.ioOps(3).aggregates(Map.of(key, Set.of(values)));
    }

    @Test
    void countAgainstTheConfiguredMost() {
      assertThat(judge(new IoOpsFilter(4), ANY, HOST.ioOps(3))).isEqualTo("pass");
      assertThat(judge(new IoOpsFilter(3), ANY, HOST.ioOps(3)))
          .isEqualTo("places for io-ops 1 asked, 0 free");
      assertThat(judge(new NumInstancesFilter(1), ANY, HOST)).isEqualTo("pass");
      assertThat(judge(new NumInstancesFilter(0), ANY, HOST))
          .isEqualTo("places for instances 1 asked, 0 free");
    }

    @Test
    void ofAggregatesAreTheLeast() {
      var filter = new AggregateIoOpsFilter(8);

      assertThat(judge(filter, ANY, limited("max_io_ops_per_host", "9", "4"))).isEqualTo("pass");
      assertThat(judge(filter, ANY, limited("max_io_ops_per_host", "9", "2")))
          .isEqualTo("places for io-ops 1 asked, -1 free");
      assertThat(judge(filter, ANY, limited("max_io_ops_per_host", "2", "few"))).isEqualTo("pass");
      assertThat(
              judge(
                  new AggregateNumInstancesFilter(8), ANY, limited("max_instances_per_host", "0")))
          .isEqualTo("places for instances 1 asked, 0 free");
    }

    @Test
    void ofCapacityTakeTheAggregatesRatio() {
      var ram = new AggregateRamFilter();

      assertThat(judge(ram, ANY.asking(0, 4096, 0), limited("ram_allocation_ratio", "0.5", "2")))
          .isEqualTo("pass");
      assertThat(judge(ram, ANY.asking(0, 4097, 0), limited("ram_allocation_ratio", "0.5", "2")))
          .isEqualTo("ram at ratio 0.5 4097 MiB asked, 4096 MiB free");
      assertThat(judge(ram, ANY.asking(0, 8192, 0), limited("ram_allocation_ratio", "0.5", "-1")))
          .isEqualTo("pass");
      assertThat(
              judge(
                  new AggregateCoreFilter(),
                  ANY.asking(5, 0, 0),
                  limited("cpu_allocation_ratio", "0.5")))
          .isEqualTo("vcpus at ratio 0.5 5 asked, 4 free");
      assertThat(
              judge(
                  new AggregateDiskFilter(),
                  ANY.asking(0, 0, 51),
                  limited("disk_allocation_ratio", "0.5")))
          .isEqualTo("disk at ratio 0.5 51 GiB asked, 50 GiB free");
    }
  }

  @Nested
  class ByName {
    private final HostTable table = new HostTable();

    ByName() {
      table.put(HOST.members(Map.of("g", 2)).row());
      table.put(HostDraft.named("b").row());
    }

    @Test
    void retryDropsTriedHosts() {
      RequestDraft again = ANY.excluding("a");

      assertThat(judge(new RetryFilter(), again, HOST))
          .isEqualTo("attempt a first one asked, an earlier one found");
      assertThat(judge(new RetryFilter(), again, HostDraft.named("b"))).isEqualTo("pass");
    }

    @Test
    void forcedHostIsComparedWithoutCase() {
      HostFilter filter = new ForcedHostFilter("A");

      assertThat(judge(filter, ANY, HOST)).isEqualTo("pass");
      assertThat(judge(filter, ANY, HostDraft.named("b"))).isEqualTo("host A asked, b found");
    }

    @Test
    void affinityKeepsTheGroupTogetherOnceItHasAHost() {
      RequestDraft request = ANY.group(GroupSpec.Policy.AFFINITY, 1);
      GroupSpec group = request.group().orElseThrow();
      HostFilter first = new ServerGroupAffinityFilter(group, Set.of());
      HostFilter later = new ServerGroupAffinityFilter(group, table.groupMembers("g").keySet());

      assertThat(judge(first, request, HostDraft.named("b"))).isEqualTo("pass");
      assertThat(judge(later, request, HOST)).isEqualTo("pass");
      assertThat(judge(later, request, HostDraft.named("b")))
          .isEqualTo("group member on a asked, b found");
    }

    @Test
    void antiAffinityCountsMembersAgainstTheRule() {
      RequestDraft two = ANY.group(GroupSpec.Policy.ANTI_AFFINITY, 2);
      RequestDraft three = ANY.group(GroupSpec.Policy.ANTI_AFFINITY, 3);
      HostDraft host = HOST.members(Map.of("g", 2));

      assertThat(judge(new ServerGroupAntiAffinityFilter(two.group().get()), two, host))
          .isEqualTo("group places 1 asked, 0 free");
      assertThat(judge(new ServerGroupAntiAffinityFilter(three.group().get()), three, host))
          .isEqualTo("pass");
      assertThat(new ServerGroupAntiAffinityFilter(two.group().get()).cut(two.spec(), table))
          .isEqualTo(new HostFilter.Cut.Drop(Set.of(new HostId("a"))));
    }
  }
}
