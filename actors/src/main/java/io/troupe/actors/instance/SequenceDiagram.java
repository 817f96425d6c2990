package io.troupe.actors.instance;

import io.troupe.actors.operation.Participant;
import io.troupe.actors.operation.StepKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * An operation's trail as a Mermaid sequence diagram: who was asked for what, in which order, and
 * what came of it. Grammar: Mermaid's {@code sequenceDiagram}.
 *
 * @param anonymous without names of people and machines, times and details: two runs that went the
 *     same way are drawn alike
 */
public record SequenceDiagram(OperationTrail trail, boolean anonymous) {

  /** The text of the diagram, a line for each arrow, ending with a line break. */
  public String text() {
    var hosts = hosts();
    var text = new StringJoiner("\n", "", "\n");
    text.add("sequenceDiagram");
    text.add("  actor user as " + (anonymous ? "user" : shown(trail.userId(), "nobody")));
    text.add("  participant instance as Instance");
    participants(hosts).forEach(text::add);
    text.add("  user->>instance: " + plain(trail.action()));
    for (OperationTrail.Step step : trail.steps()) {
      arrows(step, hosts).forEach(text::add);
    }
    text.add("  instance-->>user: " + plain(result()));
    return text.toString();
  }

  private String result() {
    if (trail.finishedAt().isEmpty()) {
      return "still in progress";
    }
    var took = anonymous ? "" : " after " + millis(trail.startedAt(), trail.finishedAt().get());
    return trail
        .error()
        .map(why -> "failed" + took + (anonymous ? "" : ": " + why))
        .orElse("done" + took);
  }

  /** In the order in which they come into play. */
  private List<String> hosts() {
    var hosts = new LinkedHashSet<String>();
    for (OperationTrail.Step step : trail.steps()) {
      if (asked(step).filter(Participant::isOnHost).isPresent() && !step.host().isEmpty()) {
        hosts.add(step.host());
      }
    }
    return List.copyOf(hosts);
  }

  private List<String> participants(List<String> hosts) {
    var lines = new LinkedHashSet<String>();
    for (OperationTrail.Step step : trail.steps()) {
      asked(step)
          .ifPresent(
              whom -> {
                if (whom.isOnHost()) {
                  lines.addAll(hostLines(step, hosts));
                } else {
                  lines.add("  participant %s as %s".formatted(whom.word(), whom.title()));
                }
              });
    }
    return List.copyOf(lines);
  }

  private List<String> hostLines(OperationTrail.Step step, List<String> hosts) {
    var lines = new ArrayList<String>();
    int number = hosts.indexOf(step.host()) + 1;
    var name = anonymous ? "Host " + number : "Host " + plain(step.host());
    lines.add("  participant host%d as %s".formatted(number, name));
    if (!step.call().isEmpty()) {
      lines.add("  participant driver%d as Driver of %s".formatted(number, name.toLowerCase()));
    }
    return lines;
  }

  private List<String> arrows(OperationTrail.Step step, List<String> hosts) {
    var lines = new ArrayList<String>();
    var whom = asked(step);
    if (whom.isEmpty()) {
      lines.add("  Note over instance: " + plain(step.name()));
      return lines;
    }
    int number = hosts.indexOf(step.host()) + 1;
    var asked = whom.get().isOnHost() ? "host" + number : whom.get().word();
    lines.add("  instance->>%s: %s".formatted(asked, plain(step.name())));
    var answer = answer(step);
    if (!step.call().isEmpty()) {
      var driver = "driver" + number;
      lines.add("  %s->>%s: %s".formatted(asked, driver, plain(step.call())));
      lines.add("  %s%s%s: %s".formatted(driver, step.ok() ? "-->>" : "--x", asked, answer));
    }
    lines.add("  %s%sinstance: %s".formatted(asked, step.ok() ? "-->>" : "--x", answer));
    return lines;
  }

  private String answer(OperationTrail.Step step) {
    var word = step.ok() ? "done" : "failed";
    if (anonymous) {
      return word;
    }
    var detail = step.detail().isEmpty() ? "" : ": " + step.detail();
    return plain(word + " in " + millis(step.startedAt(), step.finishedAt()) + detail);
  }

  private static Optional<Participant> asked(OperationTrail.Step step) {
    return StepKind.ofWord(step.name()).map(StepKind::asked);
  }

  private static String millis(java.time.Instant from, java.time.Instant to) {
    return Duration.between(from, to).toMillis() + " ms";
  }

  private static String shown(String text, String otherwise) {
    return text.isEmpty() ? otherwise : plain(text);
  }

  /** Without what the grammar takes for its own: comments, ends of statements, the word "end". */
  private static String plain(String text) {
    return text.replaceAll("\\s+", " ")
        .replace("#", "#35;")
        .replaceAll("(?<!#35);", "#59;")
        .replace("%%", "% %")
        .replaceAll("(?i)\\bend\\b", "(end)")
        .strip();
  }
}
