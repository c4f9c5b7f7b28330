package deepbacs.zoo.plugin;

import deepbacs.zoo.results.Content;
import deepbacs.zoo.results.RoiSets;
import ij.IJ;
import ij.ImagePlus;
import ij.macro.Interpreter;
import java.awt.GraphicsEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Opens the results where there is somebody to see them. */
final class ResultWindows {

  private ResultWindows() {}

  /** True if ImageJ has a window and no macro has asked for silence. */
  static boolean isEnabled() {
    return !GraphicsEnvironment.isHeadless()
        && IJ.getInstance() != null
        && !Interpreter.isBatchMode();
  }

  /**
   * Opens the main file of a kind of result, and shows its ROIs on the image.
   *
   * @param files that were written
   * @param image that results are named after
   */
  static void show(Content content, List<Path> files, GivenImage image)
      throws IOException {
    Path main = content.opened(files);
    if (main != null) {
      open(main);
    }
    Path rois = content.overlay(files);
    if (rois == null) {
      return;
    }
    ImagePlus shown = image.shown();
    if (shown != null) {
      try (InputStream set = Files.newInputStream(rois)) {
        shown.setOverlay(RoiSets.overlay(set, shown.getStackSize() > 1));
      }
      shown.show();
    }
  }

  private static void open(Path file) {
    ImagePlus image = IJ.openImage(file.toString());
    if (image != null) {
      image.show();
    }
  }
}
