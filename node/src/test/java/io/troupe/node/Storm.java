package io.troupe.node;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Many requests at once against a node that is killed while they are on their way. */
final class Storm {
  private static final int IN_FLIGHT = 32;

  /**
   * @param name tells it from the others
   */
  record Request(String name, Supplier<CompletableFuture<NodeClient.Reply>> send) {}

  private final Map<String, NodeClient.Reply> answers = new ConcurrentHashMap<>();
  private final CountDownLatch awaited;

  private Storm(int answers) {
    this.awaited = new CountDownLatch(answers);
  }

  /**
   * Sends the requests, kills the node when {@code killAfter} of them are answered and some more
   * milliseconds have passed, and returns the answers that came, by the request's name.
   */
  static Map<String, NodeClient.Reply> killAmid(
      LiveNode node, List<Request> requests, int killAfter, long moreMillis)
      throws InterruptedException {
    var storm = new Storm(killAfter);
    var sender = Thread.ofVirtual().start(() -> storm.sendAll(requests));
    if (!storm.awaited.await(60, TimeUnit.SECONDS)) {
      throw new AssertionError("only %d answers".formatted(storm.answers.size()));
    }
    Thread.sleep(moreMillis);
    node.kill9();
    if (!sender.join(Duration.ofSeconds(60))) {
      throw new AssertionError("requests to a dead node did not fail");
    }
    return new HashMap<>(storm.answers);
  }

  private void sendAll(List<Request> requests) {
    var permits = new Semaphore(IN_FLIGHT);
    for (var request : requests) {
      permits.acquireUninterruptibly();
      request
          .send()
          .get()
          .whenComplete(
              (reply, _) -> {
                if (reply != null) { // else the node was killed before it answered
                  answers.put(request.name(), reply);
                  awaited.countDown();
                }
                permits.release();
              });
    }
    permits.acquireUninterruptibly(IN_FLIGHT);
  }
}
