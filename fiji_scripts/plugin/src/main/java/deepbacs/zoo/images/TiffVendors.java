package deepbacs.zoo.images;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Microscopes' and scanners' own kinds of TIFF, whose pages alone do not say what they are.
 *
 * <p>Python reads them with tifffile, whose marks of each kind these are; here they are refused.
 */
final class TiffVendors {

  private static final int VOLUME = 32997;

  private TiffVendors() {}

  /**
   * Refuses a file of such a kind.
   *
   * @throws ZooException DATA
   */
  static void check(TiffFile file, Path path) throws IOException {
    String kind = kind(file, path);
    if (kind != null) {
      throw new ZooException(
          Kind.DATA,
          path,
          "it is of a kind of TIFF that cannot be read in ImageJ's plugin",
          kind,
          "TIFF of ImageJ, OME-TIFF or plain TIFF",
          "open it in Fiji with File > Import > Bio-Formats and save it as TIFF, or run "
              + "deepbacs-zoo predict with another runner");
    }
  }

  /** The name of the kind, or null for a file that can be read. */
  private static String kind(TiffFile file, Path path) throws IOException {
    TiffPage first = file.pages.get(0);
    if (TiffStacks.isShaped(first)) {
      return null;
    }
    if (file.has(34412)) {
      return "Zeiss LSM";
    }
    if (first.depth > 1) {
      return "volumes, TIFF tag " + VOLUME;
    }
    if (MicroManagerStack.isStack(file)
        || OmeDescription.isOme(first)
        || TiffStacks.description(first) != null) {
      return null;
    }
    Path folder = path.toAbsolutePath().getParent();
    if (MicroManagerStack.isNdTiff(file) && Files.exists(folder.resolve("NDTiff.index"))) {
      return "Micro-Manager NDTiff";
    }
    String tagged = ofTags(file);
    return tagged == null ? ofTexts(file, first) : tagged;
  }

  private static String ofTags(TiffFile file) {
    if (file.has(34362)) {
      return "Olympus FluoView";
    }
    if (file.has(33628)) {
      return "MetaMorph STK";
    }
    if (file.has(33560) || file.has(33471)) {
      return "Olympus SIS";
    }
    if (file.has(65420) && file.has(271)) {
      return "Hamamatsu NDPI";
    }
    return file.has(33445) && !file.has(37701) ? "Molecular Dynamics GEL" : null;
  }

  private static String ofTexts(TiffFile file, TiffPage first) {
    String text = first.descriptions.isEmpty() ? "" : first.descriptions.get(0);
    String end = text.substring(Math.max(text.length() - 256, 0));
    String software = file.text(305);
    if (text.startsWith("Aperio ")) {
      return "Aperio SVS";
    }
    if (end.trim().endsWith("</scn>")) {
      return "Leica SCN";
    }
    if (software.startsWith("PerkinElmer-QPI")) {
      return "PerkinElmer QPI";
    }
    boolean ventana =
        software.contains("Ventana")
            || software.startsWith("ScanOutputManager")
            || text.matches("Label Image|Label_Image|Probability_Image");
    if (file.has(700) && ventana) {
      return "Ventana BIF";
    }
    if (file.text(65000).startsWith("<Argos")) {
      return "Argos AVS";
    }
    if (file.big && file.text(65001).startsWith("<metadata>")) {
      return "EER";
    }
    if (software.startsWith("Philips DP") && end.trim().endsWith("</DataObject>")) {
      return "Philips DP";
    }
    boolean scan =
        software.startsWith("SI.") || text.startsWith("state.") || end.contains("scanimage.SI");
    return scan ? "ScanImage" : null;
  }
}
