package io.troupe.http.whole;

import io.troupe.actors.instance.TaskState;
import io.troupe.actors.instance.VmState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** {@code docs/states.md}, read: what it says to an action in a state. */
final class LegalPage {
  private static final Path PAGE = Path.of("../docs/states.md");

  /** What stands in a cell. */
  enum Answer {
    YES,
    VM,
    TASK
  }

  private record Cell(String action, VmState vmState, Optional<TaskState> task) {}

  private final Map<Cell, Answer> cells = new HashMap<>();
  private final Set<String> actions = new LinkedHashSet<>();
  private final List<List<Optional<TaskState>>> tables = new ArrayList<>();

  private LegalPage() {}

  static LegalPage read() throws IOException {
    var page = new LegalPage();
    List<Optional<TaskState>> tasks = List.of();
    List<VmState> columns = List.of();
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("## ")) {
        tasks = tasks(line);
        page.tables.add(tasks);
        columns = List.of();
      } else if (!tasks.isEmpty() && line.startsWith("| action |")) {
        columns = parts(line).skip(1).map(LegalPage::vmState).toList();
      } else if (!columns.isEmpty() && line.startsWith("| ")) {
        page.row(parts(line).toList(), columns, tasks);
      }
    }
    return page;
  }

  private static List<Optional<TaskState>> tasks(String heading) {
    if (heading.equals("## With nothing in progress")) {
      return List.of(Optional.empty());
    }
    return heading.startsWith("## While ")
        ? Stream.of(heading.substring("## While ".length()).split(", "))
            .map(word -> Optional.of(task(word.replace("`", ""))))
            .toList()
        : List.of();
  }

  private void row(List<String> row, List<VmState> columns, List<Optional<TaskState>> tasks) {
    for (String action : row.getFirst().split(", ")) {
      actions.add(action);
      for (int column = 0; column < columns.size(); column++) {
        var answer = Answer.valueOf(row.get(column + 1).toUpperCase(java.util.Locale.ROOT));
        for (var task : tasks) {
          cells.put(new Cell(action, columns.get(column), task), answer);
        }
      }
    }
  }

  private static Stream<String> parts(String line) {
    return Stream.of(line.substring(1, line.length() - 1).split("\\|")).map(String::strip);
  }

  private static VmState vmState(String word) {
    return Stream.of(VmState.values())
        .filter(one -> one.word().equals(word))
        .findFirst()
        .orElseThrow();
  }

  private static TaskState task(String word) {
    return Stream.of(TaskState.values())
        .filter(one -> one.word().equals(word))
        .findFirst()
        .orElseThrow();
  }

  /** All that the page has a row for. */
  List<String> actions() {
    return new ArrayList<>(actions);
  }

  /** Of each table the first task that is among these. */
  List<Optional<TaskState>> oneOfEachTable(List<Optional<TaskState>> these) {
    return tables.stream()
        .flatMap(table -> table.stream().filter(these::contains).limit(1))
        .toList();
  }

  Answer answer(String action, VmState vmState, Optional<TaskState> task) {
    return cells.get(new Cell(action, vmState, task));
  }
}
