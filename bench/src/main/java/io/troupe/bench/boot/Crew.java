package io.troupe.bench.boot;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** Virtual threads at work: a fixed number of them, or as many as there is to do. */
final class Crew {
  private Crew() {}

  /**
   * Does the pieces numbered 0 to {@code pieces - 1}, so many at once, and returns when all are
   * done.
   */
  static void work(int members, int pieces, IntConsumer piece) throws InterruptedException {
    var next = new AtomicInteger();
    try (var crew = new Open()) {
      for (int member = 0; member < Math.min(members, pieces); member++) {
        crew.start(
            () -> {
              for (int number; (number = next.getAndIncrement()) < pieces; ) {
                piece.accept(number);
              }
            });
      }
    }
  }

  /** Starts what it is given; closing waits for all of it. */
  static final class Open implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    void start(Runnable work) {
      threads.execute(work);
    }

    @Override
    public void close() {
      threads.close();
    }
  }
}
