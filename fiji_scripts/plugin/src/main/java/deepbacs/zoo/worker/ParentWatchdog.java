package deepbacs.zoo.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Reads the requests, and ends this process with the one that writes them.
 *
 * <p>Also while a macro runs, and whatever threads it has started.
 */
final class ParentWatchdog {

  private static final long PAUSE = 500; // milliseconds

  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final Path folder;

  /**
   * @param folder the private folder of this process, deleted when it ends
   */
  ParentWatchdog(Path folder) {
    this.folder = folder;
  }

  /** Begins to read. */
  void start(InputStream input) {
    Thread reader = new Thread(() -> read(input), "requests");
    reader.setDaemon(true);
    reader.start();
  }

  /** Waits for the next line. */
  String next() throws InterruptedException {
    return lines.take();
  }

  private void read(InputStream input) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    } catch (IOException gone) {
      // The same as the end of the stream.
    }
    end();
  }

  /**
   * Ends with another process, too: its children may hold the other end of our input open.
   *
   * <p>By reflection, since Java 8 does not know other processes.
   */
  void endWith(long process) {
    try {
      Class<?> handle = Class.forName("java.lang.ProcessHandle");
      Optional<?> found = (Optional<?>) handle.getMethod("of", long.class).invoke(null, process);
      Method isAlive = handle.getMethod("isAlive");
      Thread thread = new Thread(() -> watch(found, isAlive), "lifeline");
      thread.setDaemon(true);
      thread.start();
    } catch (ReflectiveOperationException missing) {
      // Our input remains.
    }
  }

  private void watch(Optional<?> process, Method isAlive) {
    try {
      while (process.isPresent() && (Boolean) isAlive.invoke(process.get())) {
        Thread.sleep(PAUSE);
      }
    } catch (ReflectiveOperationException | InterruptedException error) {
      return;
    }
    end();
  }

  /** Ends at once; {@code System.exit} would wait for hooks, which a macro may have set. */
  void end() {
    try {
      delete();
    } catch (IOException left) {
      // Somebody else uses a file in it.
    }
    Runtime.getRuntime().halt(0);
  }

  private void delete() throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<Path>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException error)
              throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
