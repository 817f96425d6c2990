package io.troupe.actors.scheduler.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.scheduler.HostDraft;
import io.troupe.actors.scheduler.RequestDetail;
import io.troupe.actors.scheduler.RequestDraft;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.resource.Wants;
import io.troupe.config.Isolation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Filters that look at who lives on a host, at its traits, or at lists of an operator's. */
class NeighbourFiltersTest {
  private static final HostDraft HOST = HostDraft.named("a");
  private static final RequestSpec ANY = RequestDraft.any().spec();

  private static String judge(HostFilter filter, RequestSpec request, HostDraft host) {
    return switch (filter.judge(request, host.row())) {
      case Verdict.Pass() -> "pass";
      case Verdict.Fail fail -> fail.text();
    };
  }

  private static RequestSpec hinting(String hint, String... values) {
    return new RequestSpec(
        ANY.instance(),
        ANY.project(),
        ANY.resources(),
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        Optional.empty(),
        Map.of(hint, List.of(values)),
        Map.of(),
        Map.of(),
        3);
  }

  private static RequestSpec of(String flavor, String image) {
    return ANY.with(
        new RequestDetail(Optional.of(flavor), Optional.of(image), Optional.empty(), Set.of()));
  }

  @Test
  void sameHostWantsOneOfTheInstances() {
    String one = Examples.instance(1).toString();
    HostDraft with = HOST.residents(Set.of(Examples.instance(1)), Map.of());
    RequestSpec request = hinting("same_host", "nobody", one);
    HostFilter filter = SameHostFilter.of(request).orElseThrow();

    assertThat(judge(filter, request, with)).isEqualTo("pass");
    assertThat(judge(filter, request, HOST))
        .isEqualTo("same host as nobody," + one + " asked, none of them found");
    assertThat(SameHostFilter.of(ANY)).isEmpty();
  }

  @Test
  void differentHostWantsNoneOfThemAlsoWrittenAsOneText() {
    String one = Examples.instance(1).toString();
    String two = Examples.instance(2).toString();
    HostDraft with = HOST.residents(Set.of(Examples.instance(2)), Map.of());
    RequestSpec request = hinting("different_host", "[\"" + one + "\", \"" + two + "\"]");
    HostFilter filter = DifferentHostFilter.of(request).orElseThrow();

    assertThat(judge(filter, request, HOST)).isEqualTo("pass");
    assertThat(judge(filter, request, with))
        .isEqualTo("another host than " + one + "," + two + " asked, " + two + " found");
  }

  @Test
  void typeAffinityWantsOneFlavorAHost() {
    HostDraft mixed = HOST.residents(Set.of(), Map.of("m1.large", 2, "m1.small", 1));

    assertThat(judge(new TypeAffinityFilter(), of("m1.small", "i"), HOST)).isEqualTo("pass");
    assertThat(judge(new TypeAffinityFilter(), of("m1.small", "i"), mixed))
        .isEqualTo("flavor m1.small alone asked, m1.large found");
  }

  @Test
  void aggregatesAdmitTheFlavorsTheyList() {
    HostDraft host = HOST.aggregates(Map.of("instance_type", Set.of("m1.small, c1", "c2")));

    assertThat(judge(new AggregateTypeAffinityFilter(), of("c1", "i"), host)).isEqualTo("pass");
    assertThat(judge(new AggregateTypeAffinityFilter(), of("m1.large", "i"), HOST))
        .isEqualTo("pass");
    assertThat(judge(new AggregateTypeAffinityFilter(), of("m1.large", "i"), host))
        .isEqualTo("flavor m1.large asked, isolation for c1,c2,m1.small found");
  }

  @Test
  void isolatedHostsAndImagesGoTogether() {
    var strict = new IsolatedHostsFilter(new Isolation(Set.of("a"), Set.of("i"), true));
    var loose = new IsolatedHostsFilter(new Isolation(Set.of("a"), Set.of("i"), false));
    var imageless = new IsolatedHostsFilter(new Isolation(Set.of("a"), Set.of(), true));
    HostDraft open = HostDraft.named("b");

    assertThat(judge(strict, of("f", "i"), HOST)).isEqualTo("pass");
    assertThat(judge(strict, of("f", "i"), open))
        .isEqualTo("isolation an isolated host asked, an open one found");
    assertThat(judge(strict, of("f", "other"), HOST))
        .isEqualTo("isolation an open host asked, an isolated one found");
    assertThat(judge(strict, of("f", "other"), open)).isEqualTo("pass");
    assertThat(judge(loose, of("f", "other"), HOST)).isEqualTo("pass");
    assertThat(judge(loose, of("f", "i"), open)).startsWith("isolation");
    assertThat(judge(imageless, of("f", "i"), HOST)).startsWith("isolation");
  }

  @Test
  void traitsAreRequiredAndForbidden() {
    RequestSpec request =
        RequestDraft.any()
            .extraSpecs(Map.of("trait:HW_A", "required", "trait:CUSTOM_B", "forbidden"))
            .spec();
    HostFilter filter = TraitsFilter.of(request.wants()).orElseThrow();

    assertThat(judge(filter, request, HOST.traits("HW_A", "HW_C"))).isEqualTo("pass");
    assertThat(judge(filter, request, HOST)).isEqualTo("trait HW_A asked, none found");
    assertThat(judge(filter, request, HOST.traits("HW_A", "CUSTOM_B")))
        .isEqualTo("trait no CUSTOM_B asked, CUSTOM_B found");
    assertThat(TraitsFilter.of(Wants.NOTHING)).isEmpty();
  }

  @Test
  void trustIsATrait() {
    RequestSpec request = RequestDraft.any().extraSpec("trust:trusted_host", "trusted").spec();
    HostFilter filter = TrustedFilter.of(request).orElseThrow();

    assertThat(judge(filter, request, HOST.traits("CUSTOM_TRUSTED"))).isEqualTo("pass");
    assertThat(judge(filter, request, HOST)).isEqualTo("trust trusted asked, untrusted found");
  }

  @Test
  void exactFiltersWantNoMoreAndNoLess() {
    assertThat(judge(new ExactRamFilter(), RequestDraft.any().asking(1, 8192, 1).spec(), HOST))
        .isEqualTo("pass");
    assertThat(judge(new ExactRamFilter(), ANY, HOST))
        .isEqualTo("ram exactly 1024 MiB asked, 8192 MiB free");
    assertThat(judge(new ExactCoreFilter(), ANY, HOST)).isEqualTo("vcpus exactly 1 asked, 8 free");
    assertThat(judge(new ExactDiskFilter(), ANY, HOST))
        .isEqualTo("disk exactly 10 GiB asked, 100 GiB free");
  }

  @Test
  void metricsHaveToBeThere() {
    assertThat(judge(new MetricsFilter(new TreeSet<>(Set.of("cpu.idle"))), ANY, HOST))
        .isEqualTo("metric cpu.idle asked, none found");
  }

  @Test
  void destinationAndIgnoredHostsDoNotCareForCase() {
    assertThat(judge(new DestinationFilter("A"), ANY, HOST)).isEqualTo("pass");
    assertThat(judge(new DestinationFilter("b"), ANY, HOST))
        .isEqualTo("destination b asked, a found");
    assertThat(judge(new IgnoredHostsFilter(Set.of("A")), ANY, HOST))
        .isEqualTo("host any but a asked, a found");
    assertThat(judge(new IgnoredHostsFilter(Set.of("b")), ANY, HOST)).isEqualTo("pass");
  }
}
