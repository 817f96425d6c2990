package io.troupe.node.jmx;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

final class LoggingBean implements LoggingMXBean {
  private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(LoggingBean.class);

  private static final List<String> WORDS =
      List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");

  private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

  @Override
  public Map<String, String> getLevels() {
    var levels = new TreeMap<String, String>();
    for (Logger logger : context.getLoggerList()) {
      if (logger.getLevel() != null) {
        levels.put(logger.getName(), logger.getLevel().toString());
      }
    }
    return levels;
  }

  @Override
  public String level(String logger) {
    return context.getLogger(named(logger)).getEffectiveLevel().toString();
  }

  @Override
  public void setLevel(String logger, String level) {
    var word = level.strip().toUpperCase(Locale.ROOT);
    if (!word.isEmpty() && !WORDS.contains(word)) {
      throw new IllegalArgumentException("level must be one of " + WORDS + ", was " + level);
    }
    var changed = context.getLogger(named(logger));
    if (word.isEmpty() && changed.getName().equals(Logger.ROOT_LOGGER_NAME)) {
      throw new IllegalArgumentException("ROOT has no parent to take the level of");
    }
    changed.setLevel(word.isEmpty() ? null : Level.valueOf(word));
    LOG.warn("log level of {} is now {}", changed.getName(), changed.getEffectiveLevel());
  }

  private static String named(String logger) {
    if (logger.isBlank()) {
      throw new IllegalArgumentException("name a logger, or ROOT");
    }
    return logger;
  }
}
