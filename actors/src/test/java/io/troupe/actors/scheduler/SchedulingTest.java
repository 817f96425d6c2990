package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.troupe.actors.scheduler.PlacementReport.Removed;
import io.troupe.actors.scheduler.PlacementReport.Weighed;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SchedulingTest {
  private static final SchedulerSettings DEFAULT = SchedulerSettings.DEFAULT;
  private final HostTable table = new HostTable();

  private Decision decide(RequestDraft request, long seed) {
    return Scheduling.decide(table, request.spec(), DEFAULT, seed);
  }

  private List<String> names(RequestDraft request, long seed) {
    return switch (decide(request, seed)) {
      case Decision.Placed(var candidates, var with) ->
          candidates.stream().map(candidate -> candidate.host().value()).toList();
      case Decision.NoValidHost(var explanation, _) -> List.of();
    };
  }

  private String refusal(RequestDraft request) {
    return switch (decide(request, 1)) {
      case Decision.Placed placed -> "placed " + placed;
      case Decision.NoValidHost(var explanation, _) -> explanation.message();
    };
  }

  @Test
  void spreadsOverTheEmptiestHosts() {
    table.put(HostDraft.named("full").claimed(6, 6000, 60).row());
    table.put(HostDraft.named("empty").row());
    table.put(HostDraft.named("half").claimed(4, 4000, 50).row());

    assertThat(names(RequestDraft.any(), 1)).containsExactly("empty", "half", "full");
    assertThat(names(RequestDraft.any().candidates(1), 1)).containsExactly("empty");
  }

  @Test
  void tellsEveryFiltersShareInARefusal() {
    IntStream.range(0, 20)
        .forEach(i -> table.put(HostDraft.named("fake-" + i).claimed(0, 8192 - i, 0).row()));
    table.put(HostDraft.named("off").disabled("fan").row());

    assertThat(refusal(RequestDraft.any().asking(1, 262144, 1)))
        .isEqualTo(
            "21 hosts considered; ComputeFilter removed 1 (nearest miss off: state enabled and up"
                + " asked, disabled (fan) found); RamFilter removed 20 (nearest miss fake-19: ram"
                + " 262144 MiB asked, 19 MiB free)");
  }

  @Test
  void refusesWithoutHostsToo() {
    assertThat(refusal(RequestDraft.any())).isEqualTo("0 hosts considered");
  }

  @Test
  void answersTheSameUnderTheSameSeedWhateverTheOrderOfArrival() {
    var other = new HostTable();
    for (int i = 0; i < 100; i++) {
      table.put(HostDraft.named("h" + i).row());
      other.put(HostDraft.named("h" + (99 - i)).row());
    }
    RequestSpec request = RequestDraft.any().candidates(10).spec();
    var firsts = new HashSet<Decision>();

    for (long seed = 0; seed < 200; seed++) {
      Decision decision = Scheduling.decide(table, request, DEFAULT, seed);
      assertThat(Scheduling.decide(table, request, DEFAULT, seed)).isEqualTo(decision);
      assertThat(Scheduling.decide(other, request, DEFAULT, seed)).isEqualTo(decision);
      firsts.add(decision);
    }
    assertThat(firsts).as("the seed breaks ties").hasSize(200);
  }

  @Test
  void forcedHostSkipsFiltersButNeedsRoomAndAFirstAttempt() {
    table.put(HostDraft.named("Off").disabled("fan").zone("east").row());
    table.put(HostDraft.named("on").row());
    RequestDraft forced = RequestDraft.any().zone("west").forced("OFF");

    assertThat(names(forced, 1)).containsExactly("Off");
    assertThat(refusal(forced.asking(9, 1, 1)))
        .isEqualTo(
            "2 hosts considered; ForcedHostFilter removed 1 (nearest miss on: host OFF asked, on"
                + " found); VcpuFilter removed 1 (nearest miss Off: vcpus 9 asked, 8 free)");
    assertThat(refusal(forced.excluding("Off"))).contains("RetryFilter removed 1");
  }

  @Test
  void placesAntiAffineInstancesApartThoughNoHostHasReportedYet() {
    List.of("a", "b", "c").forEach(name -> table.put(HostDraft.named(name).row()));
    RequestDraft member = RequestDraft.any().group(GroupSpec.Policy.ANTI_AFFINITY, 1);
    var used = new HashSet<String>();

    for (int i = 0; i < 3; i++) {
      String host = names(member, i).getFirst();
      table.consume(new HostId(host), member.spec());
      used.add(host);
    }

    assertThat(used).hasSize(3);
    assertThat(refusal(member)).startsWith("3 hosts considered; ServerGroupAntiAffinityFilter");
  }

  @Test
  void neverPromisesMoreThanAHostHas() {
    List.of("a", "b", "c").forEach(name -> table.put(HostDraft.named(name).ratio(1.5).row()));
    int placed = 0;
    while (decide(RequestDraft.any(), placed) instanceof Decision.Placed(var candidates, var s)) {
      table.consume(candidates.getFirst().host(), RequestDraft.any().spec());
      placed++;
    }

    assertThat(placed).isEqualTo(3 * 12);
  }

  @Test
  void explainsEveryHost() {
    table.put(HostDraft.named("off").down().row());
    table.put(HostDraft.named("half").claimed(4, 4096, 50).row());
    table.put(HostDraft.named("empty").ioOps(2).row());

    var report = Scheduling.explain(table, RequestDraft.any().spec(), DEFAULT, 1);

    assertThat(report.hosts())
        .extracting(host -> host.host().value())
        .containsExactly("empty", "half", "off");
    var half = (Weighed) report.hosts().get(1).outcome();
    assertThat(half.weight()).isEqualTo(1.5);
    assertThat(half.weights().getFirst())
        .isEqualTo(new PlacementReport.Weight("RamWeigher", 4096, 0.5, 1.0, 0.5));
    assertThat(report.hosts().getLast().outcome())
        .isInstanceOfSatisfying(
            Removed.class, removed -> assertThat(removed.filter()).isEqualTo("ComputeFilter"));
    assertThat(report.removed().removals()).hasSize(1);
  }

  @Test
  void crossesTheWireUnchanged() throws JsonProcessingException {
    table.put(HostDraft.named("a").row());
    table.put(HostDraft.named("b").members(Map.of("g", 1)).disabled("fan").row());
    RequestSpec request =
        RequestDraft.any().group(GroupSpec.Policy.SOFT_AFFINITY, 1).zone("nova").spec();
    RequestSpec tooMuch = RequestDraft.any().asking(99, 1, 1).spec();

    same(request, RequestSpec.class);
    same(table.row(new HostId("b")).orElseThrow(), HostRow.class);
    same(Scheduling.decide(table, request, DEFAULT, 1), Decision.class);
    same(Scheduling.decide(table, tooMuch, DEFAULT, 1), Decision.class);
    same(Scheduling.explain(table, request, DEFAULT, 1), PlacementReport.class);
  }

  private static <T> void same(T message, Class<T> type) throws JsonProcessingException {
    var mapper = JsonMapper.builder().addModule(new Jdk8Module()).build();
    assertThat(mapper.readValue(mapper.writeValueAsString(message), type)).isEqualTo(message);
  }
}
