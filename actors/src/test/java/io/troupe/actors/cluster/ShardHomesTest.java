package io.troupe.actors.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Stage;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ShardHomesTest {
  private static final Set<String> SHARDS = Set.of("0", "1", "2");
  @RegisterExtension static final Stage stage = new Stage();
  private final BlockingQueue<CompletableFuture<Set<String>>> looks = new LinkedBlockingQueue<>();
  private TestProbe<String> knocks;

  @BeforeEach
  void enter() {
    stage.clear();
    knocks = stage.probe(String.class);
    stage.enter(
        ShardHomes.create(
            SHARDS,
            () -> {
              var look = new CompletableFuture<Set<String>>();
              looks.add(look);
              return look;
            },
            knocks.getRef()::tell));
  }

  private CompletableFuture<Set<String>> look() throws InterruptedException {
    return Objects.requireNonNull(looks.poll(15, TimeUnit.SECONDS), "nobody looks");
  }

  private void answer(String... homes) throws InterruptedException {
    look().complete(Set.of(homes));
  }

  private Set<String> knocked(int shards) {
    return IntStream.range(0, shards)
        .mapToObj(_ -> knocks.receiveMessage())
        .collect(Collectors.toSet());
  }

  @Test
  void knocksAtShardsWithoutAHomeUntilAllHaveOneAndThenLooksNowAndThen() throws Exception {
    answer("1");
    assertThat(knocked(2)).containsExactlyInAnyOrder("0", "2");

    stage.pass(ShardHomes.SOON);
    answer("0", "1");
    assertThat(knocked(1)).containsExactly("2");

    stage.pass(ShardHomes.SOON);
    answer("0", "1", "2");
    knocks.expectNoMessage(Duration.ofMillis(200));
    stage.pass(ShardHomes.SOON);
    assertThat(looks.poll(200, TimeUnit.MILLISECONDS)).isNull();

    stage.pass(ShardHomes.LATER.minus(ShardHomes.SOON));
    answer("0", "2"); // its node has gone
    assertThat(knocked(1)).containsExactly("1");
  }

  @Test
  void looksAgainWhenNobodyKnows() throws Exception {
    look().completeExceptionally(new IllegalStateException("busy"));
    knocks.expectNoMessage(Duration.ofMillis(200));

    stage.pass(ShardHomes.LATER);
    answer();
    assertThat(knocked(3)).isEqualTo(SHARDS);
  }
}
