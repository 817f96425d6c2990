package io.troupe.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The nodes of a test, stopped when it ends, or of a test class, stopped when that ends. The logs
 * of a failed test go to standard error.
 */
final class LiveNodes implements AfterEachCallback, AfterAllCallback {
  private final boolean shared;
  private final List<LiveNode> nodes = new CopyOnWriteArrayList<>();

  private LiveNodes(boolean shared) {
    this.shared = shared;
    Runtime.getRuntime().addShutdownHook(new Thread(this::killAll));
  }

  static LiveNodes ofTest() {
    return new LiveNodes(false);
  }

  static LiveNodes ofClass() {
    return new LiveNodes(true);
  }

  /** A node that serves. */
  LiveNode start(LiveNode.Start start) throws IOException, InterruptedException {
    return begin(start).awaitReady();
  }

  /** A node that is starting. */
  LiveNode begin(LiveNode.Start start) throws IOException, InterruptedException {
    return begin(start, start.data().toAbsolutePath().getParent());
  }

  /** A node that is starting, its output in files in a directory that is there. */
  LiveNode begin(LiveNode.Start start, Path output) throws IOException, InterruptedException {
    var node = LiveNode.begin(start, output);
    nodes.add(node);
    return node;
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    if (context.getExecutionException().isPresent()) {
      for (var node : nodes) {
        System.err.println(context.getDisplayName() + " failed\n" + node.logs());
      }
    }
    if (!shared) {
      killAll();
      nodes.clear();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    killAll();
  }

  /** Before a test takes away what they stand on; their logs stay. */
  void killAll() {
    for (var node : nodes) {
      try {
        node.kill9();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
