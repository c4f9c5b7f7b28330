package deepbacs.zoo.results;

import ij.gui.Overlay;
import ij.gui.Roi;
import ij.io.RoiDecoder;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** ROI sets as overlays of images. */
public final class RoiSets {

  private static final int CHUNK = 1 << 12;

  private RoiSets() {}

  /**
   * The ROIs of a set; those without a color of their own are yellow.
   *
   * @param set a zip of ROIs
   * @param isStack false to show all of them on the only plane of an image
   */
  public static Overlay overlay(InputStream set, boolean isStack) throws IOException {
    Overlay overlay = new Overlay();
    ZipInputStream zip = new ZipInputStream(set);
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      Roi roi = RoiDecoder.openFromByteArray(bytes(zip));
      if (roi == null) {
        continue;
      }
      if (roi.getStrokeColor() == null) { // boxes have the color of their class
        roi.setStrokeColor(Color.yellow);
      }
      if (!isStack) {
        roi.setPosition(0);
      }
      overlay.add(roi);
    }
    return overlay;
  }

  private static byte[] bytes(InputStream stream) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] chunk = new byte[CHUNK];
    for (int read = stream.read(chunk); read >= 0; read = stream.read(chunk)) {
      all.write(chunk, 0, read);
    }
    return all.toByteArray();
  }
}
