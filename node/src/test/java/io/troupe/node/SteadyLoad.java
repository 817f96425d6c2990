package io.troupe.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Boots at a steady rate, each followed by a look at some server booted before, sent to the nodes
 * in turn as by a load balancer: who refuses the connection is passed over.
 */
final class SteadyLoad {
  /**
   * One request.
   *
   * @param answeredNanos {@link System#nanoTime} when the answer came
   * @param status 0 when the connection broke before an answer came
   * @param server booted or looked at, empty when it is not known
   */
  record Sent(
      String name,
      String node,
      long sentNanos,
      long answeredNanos,
      int status,
      String text,
      String server) {
    boolean isGood() {
      return status == 200 || status == 202;
    }

    boolean isCutOff() {
      return status == 0;
    }

    boolean isOf(LiveNode asked) {
      try {
        return node.equals(asked.url());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Duration took() {
      return Duration.ofNanos(answeredNanos - sentNanos);
    }
  }

  private static final Duration WINDOW = Duration.ofSeconds(5);
  private static final Duration WARM_UP = Duration.ofMinutes(3);

  private final LiveCluster cluster;
  private final Duration pause;
  private final AtomicReference<List<NodeClient>> targets = new AtomicReference<>(List.of());
  private final AtomicInteger turn = new AtomicInteger();
  private final AtomicInteger underWay = new AtomicInteger();
  private final ConcurrentLinkedQueue<Sent> sent = new ConcurrentLinkedQueue<>();
  private final List<String> servers = new CopyOnWriteArrayList<>();
  private final Random random = new Random(1);
  private final String prefix;
  private final Thread sender;
  private volatile boolean stopped;

  private SteadyLoad(LiveCluster cluster, String prefix, int perSecond) {
    this.cluster = cluster;
    this.prefix = prefix;
    this.pause = Duration.ofNanos(1_000_000_000L / perSecond);
    this.sender = Thread.ofPlatform().name("load").unstarted(this::run);
  }

  /** Starts at once, over all members there are. */
  static SteadyLoad start(LiveCluster cluster, String prefix, int perSecond) throws Exception {
    var load = new SteadyLoad(cluster, prefix, perSecond);
    load.followMembers();
    load.sender.start();
    return load;
  }

  /** Sends to the members that there are now. */
  void followMembers() throws Exception {
    var clients = new java.util.ArrayList<NodeClient>();
    var token = cluster.admin(cluster.oldest()).token();
    for (var node : cluster.members()) {
      clients.add(new NodeClient(node.url(), token, "2.96"));
    }
    targets.set(List.copyOf(clients));
  }

  /** Nothing more is sent to this node. */
  void avoid(LiveNode node) throws Exception {
    var url = node.url();
    targets.updateAndGet(all -> all.stream().filter(one -> !one.url().equals(url)).toList());
  }

  /** Sends to this node until it says that it is not ready, as a load balancer does. */
  void avoidWhenNotReady(LiveNode node) {
    try {
      var probe = NodeClient.anonymous(node.url());
      while (probe.get("/health/ready").status() == 200) {
        Thread.sleep(200);
      }
      avoid(node);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void run() {
    var next = System.nanoTime();
    for (int number = 0; !stopped; number++) {
      boot(prefix + number);
      look();
      next += pause.toNanos();
      var left = next - System.nanoTime();
      if (left > 0) {
        try {
          Thread.sleep(Duration.ofNanos(left));
        } catch (InterruptedException e) {
          return;
        }
      }
    }
  }

  private void boot(String name) {
    var body = cluster.boot(name);
    send(
        "s" + name,
        "",
        System.nanoTime(),
        0,
        node -> node.postAsync("/compute/v2.1/servers", body));
  }

  private void look() {
    if (!servers.isEmpty()) {
      var id = servers.get(random.nextInt(servers.size()));
      send("g", id, System.nanoTime(), 0, node -> node.getAsync("/compute/v2.1/servers/" + id));
    }
  }

  private interface Request {
    CompletableFuture<NodeClient.Reply> to(NodeClient node);
  }

  private void send(String name, String server, long sentNanos, int tried, Request request) {
    var all = targets.get();
    var node = all.get(Math.floorMod(turn.getAndIncrement(), all.size()));
    underWay.incrementAndGet();
    request
        .to(node)
        .whenComplete(
            (reply, failure) -> {
              var now = System.nanoTime();
              if (failure != null && isRefused(failure) && tried < 8) {
                send(name, server, sentNanos, tried + 1, request);
              } else if (failure != null) {
                sent.add(new Sent(name, node.url(), sentNanos, now, 0, failure.toString(), server));
              } else {
                var id =
                    server.isEmpty() ? reply.body().path("server").path("id").asText() : server;
                sent.add(
                    new Sent(name, node.url(), sentNanos, now, reply.status(), reply.text(), id));
                if (reply.status() == 202) {
                  servers.add(id);
                }
              }
              underWay.decrementAndGet();
            });
  }

  private static boolean isRefused(Throwable failure) {
    var cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof ConnectException;
  }

  /**
   * Returns when the cloud carries the load, and after how long: nearly all requests of the last
   * seconds were answered within half a second. Nodes that have just started take several times as
   * long for everything, and a cloud that is behind says nothing about what happens to it next.
   * Three minutes at most: what a machine does not carry shows in what the test measures then.
   */
  Duration awaitCarried() throws InterruptedException {
    var began = System.nanoTime();
    do {
      Thread.sleep(WINDOW);
    } while (!isCarried() && System.nanoTime() - began < WARM_UP.toNanos());
    return Duration.ofNanos(System.nanoTime() - began);
  }

  private boolean isCarried() {
    var now = System.nanoTime();
    var lately = sent.stream().filter(one -> now - one.answeredNanos() < WINDOW.toNanos()).toList();
    var quick = lately.stream().filter(one -> one.took().toMillis() < 500).count();
    return lately.size() > WINDOW.dividedBy(pause) && quick * 20 > lately.size() * 19L;
  }

  /** What has been answered, or has broken, so far. */
  List<Sent> sent() {
    return List.copyOf(sent);
  }

  /** The servers whose boot was answered with 202. */
  List<String> accepted() {
    return List.copyOf(servers);
  }

  /** Sends nothing more and waits for what is under way. */
  void finish() throws InterruptedException {
    stopped = true;
    sender.join();
    var end = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    while (underWay.get() > 0) {
      if (System.nanoTime() > end) {
        throw new AssertionError(underWay + " requests are never answered");
      }
      Thread.sleep(20);
    }
  }
}
