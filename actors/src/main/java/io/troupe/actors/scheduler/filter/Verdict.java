package io.troupe.actors.scheduler.filter;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What a filter says about one host. A refusal carries the values it compared. */
public sealed interface Verdict {
  Verdict PASS = new Pass();

  record Pass() implements Verdict {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Short.class, name = "short"),
    @JsonSubTypes.Type(value = Mismatch.class, name = "mismatch"),
    @JsonSubTypes.Type(value = Inexact.class, name = "inexact")
  })
  sealed interface Fail extends Verdict {
    /**
     * How far the host is from passing, comparable within one filter; 0 where no measure exists.
     */
    long distance();

    /** The compared values in words, what was asked first. */
    String text();

    /** What would have to change for the host to pass. */
    String remedy();
  }

  /**
   * Too little of something.
   *
   * @param unit of both amounts, empty for plain counts
   */
  record Short(String what, long asked, long free, String unit) implements Fail {
    @Override
    public long distance() {
      return asked - free;
    }

    @Override
    public String text() {
      return what + " " + amount(asked) + " asked, " + amount(free) + " free";
    }

    @Override
    public String remedy() {
      return amount(asked - free) + " more of " + what;
    }

    private String amount(long value) {
      return unit.isEmpty() ? Long.toString(value) : value + " " + unit;
    }
  }

  /**
   * More or less of something than exactly what was asked.
   *
   * @param unit of both amounts, empty for plain counts
   */
  record Inexact(String what, long asked, long free, String unit) implements Fail {
    @Override
    public long distance() {
      return Math.abs(asked - free);
    }

    @Override
    public String remedy() {
      return what + ": " + asked + " free instead of " + free;
    }

    @Override
    public String text() {
      String blank = unit.isEmpty() ? "" : " ";
      return what + " exactly " + asked + blank + unit + " asked, " + free + blank + unit + " free";
    }
  }

  /** Something else than what was asked. */
  record Mismatch(String what, String asked, String found) implements Fail {
    @Override
    public long distance() {
      return 0;
    }

    @Override
    public String text() {
      return what + " " + asked + " asked, " + found + " found";
    }

    @Override
    public String remedy() {
      return what + ": " + asked + " instead of " + found;
    }
  }
}
