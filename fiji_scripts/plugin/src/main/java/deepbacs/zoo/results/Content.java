package deepbacs.zoo.results;

import ij.ImagePlus;
import ij.measure.ResultsTable;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The content of the tensors of a result; each kind of result has a class. */
public abstract class Content {

  /** The row of {@link ResultKinds} that it belongs to. */
  public abstract ResultKind kind();

  /** The number of objects at all positions; 0 where the kind has none. */
  public int nObjects() {
    return 0;
  }

  /** The number of objects of each class; null where the kind has no classes. */
  public Map<String, Integer> classCounts() {
    return null;
  }

  /** The labels as an image for a window, or null. */
  public ImagePlus labelImage(Result result) {
    return null;
  }

  /** The objects as a set of ROIs, the bytes of a zip; null where the kind has none. */
  public byte[] roiSet() {
    return null;
  }

  /** One row for each object, or null. */
  public ResultsTable table() {
    return null;
  }

  /** Writers of the files, in the order of {@link ResultKind#files}. */
  abstract List<Staging.Writer> writers(Result result);

  /** The file to open in a window, or null. */
  public Path opened(List<Path> files) {
    return null;
  }

  /** The ROI set to show on the image, or null. */
  public Path overlay(List<Path> files) {
    return null;
  }

  static Path ending(List<Path> files, String end) {
    for (Path file : files) {
      if (String.valueOf(file.getFileName()).endsWith("_" + end)) {
        return file;
      }
    }
    throw new IllegalArgumentException(end);
  }
}
