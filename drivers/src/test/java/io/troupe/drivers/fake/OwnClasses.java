package io.troupe.drivers.fake;

import io.troupe.drivers.spi.DriverProvider;
import java.io.IOException;

/**
 * The fake driver's classes once more, in a loader of their own: they share the SPI with the rest,
 * but no static field, and so no memory, as if they were in another process.
 */
final class OwnClasses extends ClassLoader {
  private static final String OURS = FakeDriverProvider.class.getPackageName() + ".";

  OwnClasses() {
    super(OwnClasses.class.getClassLoader());
  }

  DriverProvider provider() throws ReflectiveOperationException {
    return (DriverProvider)
        loadClass(FakeDriverProvider.class.getName()).getDeclaredConstructor().newInstance();
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OURS)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      var loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (var bytes = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (bytes == null) {
        throw new ClassNotFoundException(name);
      }
      var all = bytes.readAllBytes();
      return defineClass(name, all, 0, all.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
