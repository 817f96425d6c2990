package io.troupe.core.journal;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/** What the replay filter says in a node's log. */
final class ReplayLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private static final Pattern WRITER = Pattern.compile("writerUUID=([0-9a-f-]{36})");

  private final Logger logger =
      (Logger) LoggerFactory.getLogger("org.apache.pekko.persistence.journal.ReplayFilter");
  private final List<String> lines = new CopyOnWriteArrayList<>();

  static ReplayLog open() {
    var log = new ReplayLog();
    log.start();
    log.logger.setLevel(Level.WARN);
    log.logger.setAdditive(false);
    log.logger.addAppender(log);
    return log;
  }

  @Override
  protected void append(ILoggingEvent event) {
    lines.add(event.getFormattedMessage());
  }

  List<String> linesAbout(String persistenceId) {
    return lines.stream().filter(line -> line.contains("[" + persistenceId + "]")).toList();
  }

  /** The line names both; the one is said to be new, or the other newer. */
  static String olderWriter(String line) {
    var writers = WRITER.matcher(line).results().map(one -> one.group(1)).toList();
    return line.contains("from a new writer") ? writers.get(1) : writers.get(0);
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    logger.setLevel(null);
    logger.setAdditive(true);
    stop();
  }
}
