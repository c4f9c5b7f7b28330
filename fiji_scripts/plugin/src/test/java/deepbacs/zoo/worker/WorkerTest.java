package deepbacs.zoo.worker;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs {@link MacroChecks} and {@link ScriptChecks} with the patched ImageJ, in a class loader of its own: that of the other
 * tests has loaded ImageJ as it is.
 */
class WorkerTest {

  @TempDir static Path folder;

  private static URLClassLoader loader;

  @BeforeAll
  static void patch() throws ReflectiveOperationException, IOException {
    Path jar = folder.resolve("patched.jar");
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader first = loader()) {
      thread.setContextClassLoader(first);
      first
          .loadClass(PatchImageJ.class.getName())
          .getMethod("write", Path.class)
          .invoke(null, jar);
    } finally {
      thread.setContextClassLoader(before);
    }
    loader = loader(jar);
    loader
        .loadClass(MacroChecks.class.getName())
        .getMethod("start", Path.class)
        .invoke(null, folder);
  }

  /** A loader of all classes that knows nothing of those which are loaded already. */
  private static URLClassLoader loader(Path... before) throws IOException {
    List<URL> places = new ArrayList<>();
    for (Path place : before) {
      places.add(place.toUri().toURL());
    }
    String path = System.getProperty("surefire.test.class.path");
    String all = path == null ? System.getProperty("java.class.path") : path;
    for (String place : all.split(File.pathSeparator)) {
      places.add(Paths.get(place).toUri().toURL());
    }
    ClassLoader above = ClassLoader.getSystemClassLoader().getParent();
    return new URLClassLoader(places.toArray(new URL[0]), above);
  }

  @AfterAll
  static void close() throws IOException {
    loader.close();
  }

  @TestFactory
  Stream<DynamicTest> withThePatchedImageJ() {
    return Stream.of(MacroChecks.class, ScriptChecks.class)
        .flatMap(checks -> Arrays.stream(checks.getDeclaredMethods()))
        .filter(each -> Modifier.isPublic(each.getModifiers()))
        .filter(each -> !Modifier.isStatic(each.getModifiers()))
        .filter(each -> !each.isSynthetic() && each.getParameterCount() == 0)
        .sorted(Comparator.comparing(Method::getName))
        .map(each -> dynamicTest(each.getName(), () -> run(each)));
  }

  private static void run(Method test) throws Throwable {
    Class<?> checks = loader.loadClass(test.getDeclaringClass().getName());
    try {
      checks.getMethod(test.getName()).invoke(checks.getConstructor().newInstance());
    } catch (InvocationTargetException failure) {
      throw failure.getCause();
    }
  }
}
