package deepbacs.zoo.images;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The images of a folder. */
public final class ImageFiles {

  private static final List<String> SUFFIXES =
      Arrays.asList(".tif", ".tiff", ".png", ".jpg", ".jpeg");

  private ImageFiles() {}

  /**
   * The image files of a folder, sorted by name.
   *
   * <p>Hidden files are none: macOS leaves notes named {@code ._cell.tif} beside files on drives of
   * other systems.
   *
   * @param folder empty if it does not exist
   */
  public static List<File> of(File folder) {
    File[] files = folder.listFiles(file -> isImage(file.getName()) && file.isFile());
    List<File> found = new ArrayList<>(Arrays.asList(files == null ? new File[0] : files));
    found.sort(null);
    return found;
  }

  private static boolean isImage(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return !name.startsWith(".") && SUFFIXES.stream().anyMatch(lower::endsWith);
  }
}
