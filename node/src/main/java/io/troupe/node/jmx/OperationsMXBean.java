package io.troupe.node.jmx;

import io.troupe.core.jmx.Description;
import java.util.List;

@Description(
    "Operations on instances, of the whole cloud, as this node's list of instances has them.")
public interface OperationsMXBean {
  record Kind(String kind, int inProgress, int overdue) {}

  /**
   * @param host empty before placement
   * @param deadline UTC, ISO 8601
   */
  record Operation(
      String operation,
      String kind,
      String instance,
      String host,
      String deadline,
      boolean overdue) {}

  @Description("Operations that have not ended.")
  int getInProgress();

  @Description(
      "Operations that have not ended although their deadline has passed; more than a few for more than"
          + " a minute means that somebody should look.")
  int getOverdue();

  @Description("The same by kind of operation; kinds with none are left out.")
  List<Kind> getByKind();

  @Description("Operations in progress, the one with the earliest deadline first.")
  List<Operation> list(@Description("At most so many.") int limit);
}
