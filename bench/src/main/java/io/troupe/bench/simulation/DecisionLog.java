package io.troupe.bench.simulation;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.troupe.actors.scheduler.Candidate;
import io.troupe.actors.scheduler.Decision;
import io.troupe.actors.scheduler.Explanation.Removal;
import io.troupe.actors.scheduler.PlacementReport.HostReport;
import io.troupe.actors.scheduler.PlacementReport.Weighed;
import java.io.IOException;
import java.io.Writer;

/** Writes what became of each instance that was asked for, one JSON object a line. */
final class DecisionLog implements AutoCloseable {
  private final JsonGenerator json;

  DecisionLog(Writer out) throws IOException {
    json = new JsonFactory().createGenerator(out);
    json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
  }

  void write(double at, String request, String instance, int requester, Requester.Outcome outcome)
      throws IOException {
    json.writeStartObject();
    json.writeNumberField("at", at);
    json.writeStringField("request", request);
    json.writeStringField("instance", instance);
    json.writeNumberField("requester", requester);
    var removed = outcome.report().removed();
    if (outcome.host().isPresent()) {
      placed(outcome.host().get(), outcome);
    } else {
      json.writeStringField("outcome", "no-valid-host");
      json.writeStringField("reason", removed.message());
    }
    if (removed.considered() > 0) {
      json.writeNumberField("considered", removed.considered());
      json.writeArrayFieldStart("filters");
      for (Removal removal : removed.removals()) {
        json.writeStartObject();
        json.writeStringField("filter", removal.filter());
        json.writeNumberField("removed", removal.removed());
        json.writeStringField("nearest", removal.nearest().value());
        json.writeStringField("miss", removal.miss().text());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    if (!outcome.conflicts().isEmpty()) {
      json.writeArrayFieldStart("conflicts");
      for (Requester.Conflict conflict : outcome.conflicts()) {
        json.writeStartObject();
        json.writeStringField("host", conflict.host().value());
        json.writeStringField("why", conflict.why());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private void placed(Candidate host, Requester.Outcome outcome) throws IOException {
    json.writeStringField("outcome", "placed");
    json.writeStringField("host", host.host().value());
    json.writeNumberField("weight", host.weight());
    json.writeArrayFieldStart("alternates");
    if (outcome.report().decision() instanceof Decision.Placed(var candidates, _)) {
      for (Candidate other : candidates) {
        if (!other.host().equals(host.host())) {
          json.writeString(other.host().value());
        }
      }
    }
    json.writeEndArray();
    for (HostReport report : outcome.report().hosts()) {
      if (report.host().equals(host.host()) && report.outcome() instanceof Weighed weighed) {
        json.writeArrayFieldStart("weights");
        for (var weight : weighed.weights()) {
          json.writeStartObject();
          json.writeStringField("weigher", weight.weigher());
          json.writeNumberField("raw", weight.raw());
          json.writeNumberField("normalised", weight.normalised());
          json.writeNumberField("multiplier", weight.multiplier());
          json.writeNumberField("weight", weight.weight());
          json.writeEndObject();
        }
        json.writeEndArray();
      }
    }
  }

  @Override
  public void close() throws IOException {
    json.writeRaw('\n');
    json.close();
  }
}
