package io.troupe.core.cluster;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.cluster.ConfigValidation;
import org.apache.pekko.cluster.Invalid;
import org.apache.pekko.cluster.JoinConfigCompatChecker;
import org.apache.pekko.cluster.Valid$;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Lets a node into the cluster only if it belongs to it and speaks its language. Named in {@code
 * troupe-pekko.conf}.
 */
public final class SameCluster extends JoinConfigCompatChecker {
  private static final List<String> KEYS =
      List.of("troupe.cluster.name", "troupe.cluster.wire-version");

  @Override
  public Seq<String> requiredKeys() {
    return CollectionConverters.asScala(KEYS).toSeq();
  }

  /**
   * @param toCheck of the other side
   * @param actual ours
   */
  @Override
  public ConfigValidation check(Config toCheck, Config actual) {
    var differences = new ArrayList<String>();
    for (String key : KEYS) {
      var theirs = toCheck.hasPath(key) ? toCheck.getString(key) : "nothing";
      var ours = actual.getString(key);
      if (!theirs.equals(ours)) {
        differences.add("%s is %s there and %s here".formatted(key, theirs, ours));
      }
    }
    return differences.isEmpty()
        ? Valid$.MODULE$
        : new Invalid(CollectionConverters.asScala(differences).toSeq());
  }
}
