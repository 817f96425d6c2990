package io.troupe.actors.cluster;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Entities;
import io.troupe.actors.Hosts;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Aggregate;
import io.troupe.actors.catalog.Connection;
import io.troupe.actors.host.Administration;
import io.troupe.actors.host.ConnectionActor;
import io.troupe.actors.host.Equipment;
import io.troupe.actors.host.GuestPlace;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.host.HostStatus;
import io.troupe.actors.host.HostView;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Names;
import io.troupe.core.value.Resources;
import io.troupe.drivers.DriverProviders;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.pattern.Patterns;

/** The fleet over its actors. */
public final class ShardedHosts implements Hosts {
  /** A hypervisor may have to be probed by booting a guest before it answers. */
  private static final Duration FIRST_CONTACT = Duration.ofSeconds(90);

  /** Ten thousand new hosts write their first event within this. */
  private static final Duration SETTLING = Duration.ofSeconds(30);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private final ActorSystem<?> system;
  private final PatientAsk patiently;
  private final Entities entities;
  private final Catalog catalog;
  private final DriverProviders providers;
  private final Clock clock = Clock.systemUTC();

  public ShardedHosts(
      ActorSystem<?> system, Entities entities, Catalog catalog, DriverProviders providers) {
    this.system = system;
    this.patiently = new PatientAsk(system);
    this.entities = entities;
    this.catalog = catalog;
    this.providers = providers;
  }

  @Override
  public CompletionStage<Answer<ConnectionView>> register(
      String id, String uri, Map<String, String> options) {
    if (!Names.isToken(id)) {
      return refuse(
          new Rejection.Invalid(
              "id", "must be 1 to 255 of letters, digits, '.', '_' and '-', was: " + id));
    }
    URI parsed;
    try {
      parsed = new URI(uri);
    } catch (java.net.URISyntaxException e) {
      return refuse(new Rejection.Invalid("uri", "is not a URI: " + e.getReason()));
    }
    if (providers.find(parsed).isEmpty()) {
      return refuse(
          new Rejection.Invalid(
              "uri", "no driver for this scheme; there are " + providers.schemes()));
    }
    var entry = new Connection(id, uri, options, true, "", clock.instant());
    return catalog
        .create(entry)
        .thenCompose(
            made ->
                switch (made) {
                  case Answer.Rejected<Connection>(var reason) -> refuse(reason);
                  case Answer.Accepted<Connection>(var connection) -> firstContact(connection);
                });
  }

  private CompletionStage<Answer<ConnectionView>> firstContact(Connection connection) {
    var ref = entities.connection(new ConnectionId(connection.id()));
    ref.tell(new ConnectionActor.Wake());
    return shown(connection, FIRST_CONTACT)
        .thenCompose(shown -> complete(connection, shown, SETTLING))
        .handle((view, failure) -> failure == null ? view : unanswered(connection))
        .thenCompose(
            view -> {
              if (view.state().equals("up")) {
                return CompletableFuture.completedFuture(Answer.of(view));
              }
              ref.tell(new ConnectionActor.Close());
              return catalog
                  .remove(Connection.class, connection.id())
                  .thenApply(_ -> Answer.refuse(new Rejection.Invalid("uri", view.error())));
            });
  }

  private static ConnectionView unanswered(Connection connection) {
    return new ConnectionView(
        connection, "down", "the hypervisor did not answer within " + FIRST_CONTACT, List.of());
  }

  @Override
  public CompletionStage<List<ConnectionView>> connections() {
    return all(catalog.all(Connection.class).stream().map(this::view).toList());
  }

  @Override
  public CompletionStage<Answer<ConnectionView>> connection(String id) {
    return catalog
        .find(Connection.class, id)
        .map(one -> view(one).thenApply(Answer::of))
        .orElseGet(() -> refuse(new Rejection.NotFound("Connection", id)));
  }

  @Override
  public CompletionStage<Answer<ConnectionView>> setEnabled(
      String id, boolean enabled, String reason) {
    return catalog
        .update(
            Connection.class,
            id,
            old ->
                Answer.of(
                    new Connection(
                        id,
                        old.uri(),
                        old.options(),
                        enabled,
                        enabled ? "" : reason,
                        old.createdAt())))
        .thenCompose(
            changed ->
                switch (changed) {
                  case Answer.Rejected<Connection>(var why) -> refuse(why);
                  case Answer.Accepted<Connection>(var connection) -> {
                    entities.connection(new ConnectionId(id)).tell(new ConnectionActor.Refresh());
                    yield view(connection).thenApply(Answer::of);
                  }
                });
  }

  @Override
  public CompletionStage<Answer<ConnectionView>> remove(String id) {
    return connection(id)
        .thenCompose(
            found ->
                switch (found) {
                  case Answer.Rejected<ConnectionView> refused ->
                      CompletableFuture.completedFuture(refused);
                  case Answer.Accepted<ConnectionView>(var view) -> removeIdle(view);
                });
  }

  private CompletionStage<Answer<ConnectionView>> removeIdle(ConnectionView view) {
    var busy = view.hosts().stream().filter(host -> !host.instances().isEmpty()).findFirst();
    if (busy.isPresent()) {
      return refuse(
          new Rejection.Conflict(
              "Host %s still has %d instances."
                  .formatted(busy.get().id(), busy.get().instances().size())));
    }
    // Without the entry its hosts count as disabled and refuse claims: nothing can slip in before
    // they are forgotten.
    return catalog
        .remove(Connection.class, view.connection().id())
        .thenApply(
            removed -> {
              entities
                  .connection(new ConnectionId(view.connection().id()))
                  .tell(new ConnectionActor.Close());
              return removed.map(_ -> view);
            });
  }

  @Override
  public CompletionStage<Answer<HostView>> administer(HostId host, Administration.Change change) {
    return patiently
        .<HostActor.Message, HostActor.AdministerReply>ask(
            entities.host(host), replyTo -> new HostActor.Administer(change, replyTo))
        .thenApply(ShardedHosts::answer);
  }

  @Override
  public CompletionStage<Answer<HostView>> equip(HostId host, Equipment.Change change) {
    return patiently
        .<HostActor.Message, HostActor.AdministerReply>ask(
            entities.host(host), replyTo -> new HostActor.Equip(change, replyTo))
        .thenApply(ShardedHosts::answer);
  }

  private static Answer<HostView> answer(HostActor.AdministerReply reply) {
    return reply
        .refusal()
        .map(Answer::<HostView>refuse)
        .orElseGet(() -> Answer.of(reply.view().orElseThrow()));
  }

  @Override
  public CompletionStage<Answer<HostView>> removeHost(HostId host) {
    return host(host)
        .thenCompose(known -> remove(host, known))
        .thenCompose(
            answer ->
                answer instanceof Answer.Accepted<HostView>
                    ? leaveAggregates(host).thenApply(_ -> answer)
                    : CompletableFuture.completedFuture(answer));
  }

  /**
   * A repeated question that finds no host any more has removed it the first time.
   *
   * @param known what is to be removed, empty when there is no such host
   */
  private CompletionStage<Answer<HostView>> remove(HostId host, Optional<HostView> known) {
    return patiently
        .<HostActor.Message, HostActor.AdministerReply>askCounting(
            entities.host(host), HostActor.Remove::new)
        .thenApply(
            answered ->
                answered.repeated()
                        && known.isPresent()
                        && answered
                            .reply()
                            .refusal()
                            .filter(Rejection.NotFound.class::isInstance)
                            .isPresent()
                    ? Answer.of(known.get())
                    : answer(answered.reply()));
  }

  private CompletionStage<?> leaveAggregates(HostId host) {
    return all(
        catalog.all(Aggregate.class).stream()
            .filter(one -> one.hosts().contains(host.value()))
            .map(
                one ->
                    catalog.update(
                        Aggregate.class,
                        one.key(),
                        now -> Answer.of(now.without(host.value(), clock.instant()))))
            .toList());
  }

  @Override
  public CompletionStage<Optional<HostView>> host(HostId id) {
    return patiently
        .<HostActor.Message, HostActor.ViewReply>ask(entities.host(id), HostActor.GetView::new)
        .thenApply(HostActor.ViewReply::view);
  }

  @Override
  public CompletionStage<HostStatus> status(HostId id) {
    return patiently
        .<HostActor.Message, HostActor.StatusReply>ask(entities.host(id), HostActor.GetStatus::new)
        .thenApply(HostActor.StatusReply::status);
  }

  @Override
  public CompletionStage<GuestPlace> place(HostId host, InstanceId instance, Resources size) {
    return patiently
        .<HostActor.Message, HostActor.PlaceReply>ask(
            entities.host(host), replyTo -> new HostActor.GetPlace(instance, size, replyTo))
        .thenApply(HostActor.PlaceReply::place);
  }

  @Override
  public CompletionStage<List<HostView>> hosts() {
    return connections()
        .thenApply(
            all ->
                all.stream()
                    .flatMap(one -> one.hosts().stream())
                    .sorted(Comparator.comparing(host -> host.id().value()))
                    .toList());
  }

  private CompletionStage<ConnectionView> view(Connection connection) {
    return shown(connection, PatientAsk.PATIENCE).thenCompose(shown -> view(connection, shown));
  }

  private CompletionStage<ConnectionActor.Hosts> shown(Connection connection, Duration patience) {
    return patiently.ask(
        entities.connection(new ConnectionId(connection.id())),
        replyTo -> new ConnectionActor.ListHosts(false, replyTo),
        patience);
  }

  private CompletionStage<ConnectionView> view(Connection connection, ConnectionActor.Hosts shown) {
    return hostViews(shown.hosts())
        .thenApply(hosts -> new ConnectionView(connection, shown.state(), shown.error(), hosts));
  }

  /**
   * The view once every host has written down that it was discovered, or as far as it got in time.
   */
  private CompletionStage<ConnectionView> complete(
      Connection connection, ConnectionActor.Hosts shown, Duration left) {
    return view(connection, shown)
        .thenCompose(
            view ->
                view.hosts().size() == shown.hosts().size() || left.isNegative()
                    ? CompletableFuture.completedFuture(view)
                    : Patterns.after(
                        LOOK_AGAIN,
                        system.classicSystem(),
                        () -> complete(connection, shown, left.minus(LOOK_AGAIN))));
  }

  private CompletionStage<List<HostView>> hostViews(Collection<HostId> ids) {
    return all(ids.stream().sorted(Comparator.comparing(HostId::value)).map(this::host).toList())
        .thenApply(views -> views.stream().flatMap(Optional::stream).toList());
  }

  private static <T> CompletionStage<List<T>> all(List<? extends CompletionStage<T>> stages) {
    var futures = stages.stream().map(CompletionStage::toCompletableFuture).toList();
    return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
        .thenApply(_ -> futures.stream().map(CompletableFuture::join).toList());
  }

  private static CompletionStage<Answer<ConnectionView>> refuse(Rejection reason) {
    return CompletableFuture.completedFuture(Answer.refuse(reason));
  }
}
