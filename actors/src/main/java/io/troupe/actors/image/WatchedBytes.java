package io.troupe.actors.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Bytes that tell now and then that they are still being read. */
final class WatchedBytes extends FilterInputStream {
  private final Clock clock;
  private final Duration every;
  private final Runnable stillRead;
  private Instant told;

  WatchedBytes(InputStream bytes, Clock clock, Duration every, Runnable stillRead) {
    super(bytes);
    this.clock = clock;
    this.every = every;
    this.stillRead = stillRead;
    this.told = clock.instant();
  }

  @Override
  public int read() throws IOException {
    tell();
    return super.read();
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    tell();
    return super.read(into, from, length);
  }

  private void tell() {
    var now = clock.instant();
    if (told.plus(every).isBefore(now)) {
      told = now;
      stillRead.run();
    }
  }
}
