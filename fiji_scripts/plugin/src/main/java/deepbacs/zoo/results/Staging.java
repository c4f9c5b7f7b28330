package deepbacs.zoo.results;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.options.Option;
import deepbacs.zoo.options.Text;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** Writes files into a folder of their own first, and moves them into place when all are there. */
final class Staging {

  /** Writes one file. */
  interface Writer {
    void write(Path path) throws IOException;
  }

  private final Path folder;
  /** The folders that did not exist, innermost first. */
  private final List<Path> made = new ArrayList<>();

  Staging(Path folder) {
    this.folder = folder;
  }

  /**
   * Writes all files or none.
   *
   * @throws ZooException HOST: the folder or the disk refuses. OUTPUT_EXISTS: one of the files came
   *     into being meanwhile
   */
  void write(List<Path> targets, List<Writer> writers, boolean overwrite) {
    Path partial = null;
    boolean isDone = false;
    try {
      for (Path each = folder.toAbsolutePath();
          each != null && !Files.exists(each);
          each = each.getParent()) {
        made.add(each);
      }
      Files.createDirectories(folder);
      partial = Files.createTempDirectory(folder, ".partial-");
      for (int i = 0; i < targets.size(); i++) {
        writers.get(i).write(partial.resolve(targets.get(i).getFileName()));
      }
      if (!overwrite) {
        ResultFiles.refuseExisting(targets);
      }
      move(partial, targets);
      isDone = true;
    } catch (IOException error) {
      throw new ZooException(
          Kind.HOST,
          folder,
          "the results cannot be written",
          reason(error),
          "a folder that can be written, on a disk with free space",
          Text.of("choose another ", Option.of("output")),
          error);
    } finally {
      if (partial != null) {
        remove(partial);
      }
      if (!isDone) {
        removeEmpty();
      }
    }
  }

  /** Moves all files into place; if that stops half way, takes back those that are new. */
  private static void move(Path partial, List<Path> targets) throws IOException {
    List<Path> fresh = new ArrayList<>();
    boolean isDone = false;
    try {
      for (Path target : targets) {
        boolean isNew = !Files.exists(target);
        Files.move(
            partial.resolve(target.getFileName()),
            target,
            StandardCopyOption.REPLACE_EXISTING,
            StandardCopyOption.ATOMIC_MOVE);
        if (isNew) {
          fresh.add(target);
        }
      }
      isDone = true;
    } finally {
      if (!isDone) {
        fresh.forEach(Staging::delete);
      }
    }
  }

  private static void remove(Path partial) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(partial)) {
      files.forEach(Staging::delete);
    } catch (IOException error) {
      // What cannot be listed cannot be removed; the error that led here is the one to report.
      return;
    }
    delete(partial);
  }

  private void removeEmpty() {
    for (Path each : made) {
      if (!delete(each)) {
        return;
      }
    }
  }

  private static boolean delete(Path path) {
    try {
      return Files.deleteIfExists(path);
    } catch (IOException error) {
      return false;
    }
  }

  /** What the operating system said, in the words of C's {@code strerror}. */
  private static String reason(IOException error) {
    if (error instanceof AccessDeniedException) {
      return "Permission denied";
    }
    if (error instanceof FileAlreadyExistsException) {
      return "File exists";
    }
    if (error instanceof NoSuchFileException) {
      return "No such file or directory";
    }
    String text =
        error instanceof FileSystemException
            ? ((FileSystemException) error).getReason()
            : error.getMessage();
    return text == null ? error.getClass().getSimpleName() : text;
  }
}
