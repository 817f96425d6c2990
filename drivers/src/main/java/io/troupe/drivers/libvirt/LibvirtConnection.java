package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.DriverException;
import java.net.URI;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to one libvirt. When it dies (keep-alive sees to it that this is noticed), the
 * call that was running fails as retryable, and the next call opens it again.
 *
 * <p>Calls that run at the same time have a native connection each: a client of libvirt may sleep
 * through a call that is made beside another one, and a libvirtd takes five at a time from a client
 * (ADR 43). The first one is listened to, others are opened when they are needed and kept.
 *
 * <p>Calls share a lock that opening and closing take alone, so that no native connection is freed
 * under a running call. Calls must not be nested for the same reason.
 */
final class LibvirtConnection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LibvirtConnection.class);

  /** A dead peer is noticed after 5 s × 4; libvirt's own defaults are 5 s and 5. */
  private static final int KEEP_ALIVE_SECONDS = 5;

  private static final int KEEP_ALIVE_MISSES = 3;

  /** What a caller does with the native connection. */
  @FunctionalInterface
  interface Call<T> {
    T on(Connect connect) throws LibvirtException, DriverException;
  }

  /** As {@link Call}, with nothing to answer. */
  @FunctionalInterface
  interface Action {
    void on(Connect connect) throws LibvirtException, DriverException;
  }

  /** What a caller does with a domain, which is freed afterwards. */
  @FunctionalInterface
  interface DomainCall<T> {
    T on(Domain domain) throws LibvirtException, DriverException;
  }

  /** Told of each native connection, so that event listeners follow a reopened one. */
  interface Listener {
    Listener NONE =
        new Listener() {
          @Override
          public void opened(Connect connect) {}

          @Override
          public void closing(Connect connect) {}
        };

    void opened(Connect connect) throws LibvirtException;

    void closing(Connect connect) throws LibvirtException;
  }

  /**
   * What libvirt may still call: whoever is collected before he has been taken off the list of
   * listeners takes the process with him. One that a dead connection could not take off stays here.
   */
  private static final Map<Connect, Listener> CALLED =
      Collections.synchronizedMap(new IdentityHashMap<>());

  private final URI uri;
  private final Listener listener;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  /** The one that is listened to. */
  private Optional<Connect> open = Optional.empty();

  /** Whether its hypervisor is inside this process, where calls do not wait for each other. */
  private boolean inside;

  /** Those that no call uses; the last one comes first. */
  private final Deque<Connect> free = new ConcurrentLinkedDeque<>();

  private boolean closed;

  LibvirtConnection(URI uri, Listener listener) {
    this.uri = uri;
    this.listener = listener;
  }

  /** Throws retryable when the connection is broken, otherwise as {@link LibvirtErrors} says. */
  <T> T call(String doing, Call<T> call) throws DriverException {
    lock.readLock().lock();
    try {
      while (!isAlive()) {
        lock.readLock().unlock();
        try {
          reopen();
        } finally {
          lock.readLock().lock();
        }
      }
      return inside ? call.on(open.orElseThrow()) : alone(call);
    } catch (LibvirtException e) {
      throw LibvirtErrors.failure(doing, e);
    } finally {
      lock.readLock().unlock();
    }
  }

  private <T> T alone(Call<T> call) throws LibvirtException, DriverException {
    Connect mine = take();
    try {
      return call.on(mine);
    } finally {
      free.addFirst(mine);
    }
  }

  private Connect take() throws LibvirtException, DriverException {
    Connect connect = free.pollFirst();
    while (connect != null && connect != open.orElseThrow() && !connect.isAlive()) {
      close(connect);
      connect = free.pollFirst();
    }
    return connect != null ? connect : another();
  }

  private Connect another() throws DriverException {
    try {
      return connect();
    } catch (LibvirtException e) {
      throw cannotConnect(e);
    }
  }

  /** As {@link #call}, with nothing to answer. */
  void run(String doing, Action action) throws DriverException {
    call(
        doing,
        connect -> {
          action.on(connect);
          return true;
        });
  }

  /**
   * As {@link #call}, with the guest's domain; empty when the host has none of this UUID, also when
   * it goes away meanwhile: a migration that another controller began may come to its end.
   */
  <T> Optional<T> onDomain(String doing, InstanceId instance, DomainCall<T> call)
      throws DriverException {
    return call(
        doing,
        connect -> {
          Optional<Domain> domain = find(connect, instance);
          if (domain.isEmpty()) {
            return Optional.<T>empty();
          }
          try {
            return Optional.of(call.on(domain.get()));
          } catch (LibvirtException e) {
            // The other side of a call may miss a domain too, while ours is there.
            if (LibvirtErrors.is(e, ErrorNumber.VIR_ERR_NO_DOMAIN) && isAbsent(connect, instance)) {
              return Optional.<T>empty();
            }
            throw e;
          } finally {
            domain.get().free();
          }
        });
  }

  private static Optional<Domain> find(Connect connect, InstanceId instance)
      throws LibvirtException {
    try {
      return Optional.of(connect.domainLookupByUUIDString(instance.toString()));
    } catch (LibvirtException e) {
      if (LibvirtErrors.is(e, ErrorNumber.VIR_ERR_NO_DOMAIN)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static boolean isAbsent(Connect connect, InstanceId instance) throws LibvirtException {
    Optional<Domain> domain = find(connect, instance);
    if (domain.isPresent()) {
      domain.get().free();
    }
    return domain.isEmpty();
  }

  /** As {@link #onDomain}, with a guest that has to be there; an instance fault when it is not. */
  <T> T onGuest(String doing, InstanceId instance, DomainCall<T> call) throws DriverException {
    return onDomain(doing, instance, call).orElseThrow(() -> noGuest(instance));
  }

  static DriverException noGuest(InstanceId instance) {
    return DriverException.instanceFault("no guest " + instance + " on this host");
  }

  private boolean isAlive() throws LibvirtException {
    return open.isPresent() && open.get().isAlive();
  }

  private void reopen() throws DriverException {
    lock.writeLock().lock();
    try {
      if (closed) {
        throw DriverException.retryable("the connection to " + uri + " is closed");
      }
      if (isAlive()) {
        return;
      }
      release();
      LibvirtEventLoop.start();
      Connect connect = connect();
      open = Optional.of(connect);
      CALLED.put(connect, listener);
      listener.opened(connect);
      free.addFirst(connect);
    } catch (LibvirtException e) {
      release();
      throw cannotConnect(e);
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Drivers inside this process, such as {@code test}, have no peer to keep alive. */
  private Connect connect() throws LibvirtException {
    Connect connect = new Connect(uri.toString());
    try {
      connect.setKeepAlive(KEEP_ALIVE_SECONDS, KEEP_ALIVE_MISSES);
    } catch (LibvirtException e) {
      inside = LibvirtErrors.is(e, ErrorNumber.VIR_ERR_NO_SUPPORT);
      if (!inside) {
        close(connect);
        throw e;
      }
    }
    return connect;
  }

  private DriverException cannotConnect(LibvirtException e) {
    return DriverException.retryable("cannot connect to " + uri + ": " + e.getMessage());
  }

  /** Waits for running calls to end. Guests go on running. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      closed = true;
      release();
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void release() {
    if (open.isPresent()) {
      Connect listened = open.get();
      open = Optional.empty();
      leave(listened);
      free.removeIf(each -> each == listened); // equals() asks the host
      close(listened);
    }
    free.forEach(this::close);
    free.clear();
  }

  private void leave(Connect connect) {
    try {
      listener.closing(connect);
      CALLED.remove(connect);
    } catch (LibvirtException e) {
      // A dead connection cannot be left politely; what it held on the host is gone already.
      LOG.debug("leaving the connection to {}: {}", uri, e.getMessage());
    }
  }

  private void close(Connect connect) {
    try {
      connect.close();
    } catch (LibvirtException e) {
      LOG.debug("closing the connection to {}: {}", uri, e.getMessage());
    }
  }
}
