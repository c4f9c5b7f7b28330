package deepbacs.zoo.plugin;

import deepbacs.zoo.results.Content;
import ij.IJ;
import ij.ImagePlus;
import ij.gui.Overlay;
import ij.gui.Roi;
import ij.io.RoiDecoder;
import ij.macro.Interpreter;
import java.awt.GraphicsEnvironment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

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
      shown.setOverlay(overlay(rois, shown));
      shown.show();
    }
  }

  private static void open(Path file) {
    ImagePlus image = IJ.openImage(file.toString());
    if (image != null) {
      image.show();
    }
  }

  private static Overlay overlay(Path rois, ImagePlus image) throws IOException {
    Overlay overlay = new Overlay();
    try (InputStream file = Files.newInputStream(rois);
        ZipInputStream zip = new ZipInputStream(file)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Roi roi = RoiDecoder.openFromByteArray(bytes(zip));
        if (roi != null) {
          if (roi.getStrokeColor() == null) { // boxes have the color of their class
            roi.setStrokeColor(java.awt.Color.yellow);
          }
          if (image.getStackSize() == 1) {
            roi.setPosition(0);
          }
          overlay.add(roi);
        }
      }
    }
    return overlay;
  }

  private static byte[] bytes(InputStream stream) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] chunk = new byte[1 << 12];
    for (int read = stream.read(chunk); read >= 0; read = stream.read(chunk)) {
      all.write(chunk, 0, read);
    }
    return all.toByteArray();
  }
}
