package deepbacs.zoo.results;

import deepbacs.zoo.decoding.DetectedBox;
import deepbacs.zoo.images.Calibration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The boxes of all positions of an image. */
public final class BoxStack {

  public final int frames;
  public final int slices;
  /** Pixels of the image. */
  public final int height;

  public final int width;
  /** Names of all classes, in the package's order. */
  public final List<String> classes;

  private final Calibration calibration;
  private final List<BoxRow> rows = new ArrayList<>();

  /**
   * An empty stack.
   *
   * @param calibration size of a pixel; pixels where it is not known
   */
  public BoxStack(
      int frames,
      int slices,
      int height,
      int width,
      List<String> classes,
      Calibration calibration) {
    this.frames = frames;
    this.slices = slices;
    this.height = height;
    this.width = width;
    this.classes = classes;
    this.calibration = calibration;
  }

  /** Adds the boxes of a plane, in their order. */
  public void add(int frame, int slice, List<DetectedBox> found) {
    double dx = calibration.isKnown() ? calibration.x : 1;
    double dy = calibration.isKnown() ? calibration.y : 1;
    int label = 0;
    for (DetectedBox box : found) {
      rows.add(
          new BoxRow(
              ++label,
              frame,
              slice,
              classes.get(box.classIndex),
              box.x0 * dx,
              box.y0 * dy,
              (box.x1 - box.x0) * dx,
              (box.y1 - box.y0) * dy,
              calibration.unit(),
              box));
    }
  }

  /** Position by position, the highest score first. */
  public List<BoxRow> rows() {
    return Collections.unmodifiableList(rows);
  }

  /** Boxes of each class at a position, in the order of the classes, also where there is none. */
  public int[] counts(int frame, int slice) {
    int[] counts = new int[classes.size()];
    for (BoxRow row : rows) {
      counts[row.box.classIndex] += row.t == frame && row.z == slice ? 1 : 0;
    }
    return counts;
  }

  /** Boxes of each class at all positions. */
  public Map<String, Integer> counts() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    classes.forEach(name -> counts.put(name, 0));
    rows.forEach(row -> counts.merge(row.name, 1, Integer::sum));
    return counts;
  }
}
