package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.value.HostId;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PromisesTest {
  private static final HostId A = new HostId("a");
  private static final HostId B = new HostId("b");
  private static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant STILL_KEPT = THEN.plus(Promises.KEPT);
  private static final Instant TOO_LATE = STILL_KEPT.plusMillis(1);

  private final HostTable table = new HostTable();
  private final Promises promises = new Promises(table);
  private final RequestSpec request = RequestDraft.any().spec();

  @BeforeEach
  void twoHosts() {
    table.put(HostDraft.named("a").row());
    table.put(HostDraft.named("b").row());
  }

  @Test
  void countUntilTheyAreForgotten() {
    promises.add(request, A, THEN);
    assertThat(instancesOn(A)).isEqualTo(1);

    promises.forget(request.instance());

    assertThat(instancesOn(A)).isZero();
    promises.forget(request.instance());
    assertThat(instancesOn(A)).isZero();
  }

  @Test
  void countUntilTheirHostTellsOfThem() {
    promises.add(request, A, THEN);

    promises.settle(B, request.instance());
    assertThat(instancesOn(A)).isEqualTo(1);

    promises.settle(A, request.instance());
    assertThat(instancesOn(A)).isZero();
  }

  /** Who moves is told of by the host that it leaves, too. */
  @Test
  void whatAnotherHostTellsDoesNotEndThem() {
    promises.add(request, A, THEN);
    promises.settle(B, request.instance());

    promises.forgetOld(TOO_LATE);

    assertThat(instancesOn(A)).isZero();
  }

  @Test
  void thoseThatNobodyMentionsAreForgottenOnceTheyAreOld() {
    promises.add(request, A, THEN);
    var younger = RequestDraft.any().spec();
    promises.add(younger, B, THEN.plusMillis(1));
    promises.addVolume(A, "v", 7, THEN);

    promises.forgetOld(STILL_KEPT);
    assertThat(instancesOn(A)).isEqualTo(1);
    assertThat(diskOn(A)).isEqualTo(10 + 7);

    promises.forgetOld(TOO_LATE);
    assertThat(instancesOn(A)).isZero();
    assertThat(diskOn(A)).isZero();
    assertThat(instancesOn(B)).isEqualTo(1);
  }

  @Test
  void volumesCountUntilTheyAreForgotten() {
    promises.addVolume(A, "v", 7, THEN);
    assertThat(diskOn(A)).isEqualTo(7);

    promises.forgetVolume("v");
    promises.forgetVolume("v");

    assertThat(diskOn(A)).isZero();
  }

  private int instancesOn(HostId host) {
    return table.row(host).orElseThrow().instances();
  }

  private long diskOn(HostId host) {
    return table.row(host).orElseThrow().claimed().diskGib();
  }
}
