package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.core.value.InstanceId;
import java.util.ArrayList;
import java.util.List;

/** Instances that a hint names: one id, several, or a list in brackets as old clients write it. */
final class HintedInstances {
  private HintedInstances() {}

  /** The ids as given; what is no id names nobody. */
  static List<String> of(RequestSpec request, String hint) {
    var ids = new ArrayList<String>();
    for (String value : request.hint(hint)) {
      for (String word : value.split("[\\s,\\[\\]\"']+")) {
        if (!word.isEmpty()) {
          ids.add(word);
        }
      }
    }
    return ids;
  }

  static boolean isOn(HostRow host, String id) {
    return InstanceId.parse(id).filter(host.detail()::hosts).isPresent();
  }
}
