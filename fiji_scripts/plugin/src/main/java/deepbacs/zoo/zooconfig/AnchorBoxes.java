package deepbacs.zoo.zooconfig;

import java.util.Collections;
import java.util.List;

/**
 * Boxes with classes on a grid of anchors (YOLOv2).
 *
 * <p>For each anchor a block of channels: x, y of the centre inside the cell (0 to 1), width,
 * height (pixels of the image), objectness and class probabilities (0 to 1).
 */
public final class AnchorBoxes implements Decoding {

  private final String output;
  /** Names of the classes, in the order of the channels. */
  public final List<String> classes;

  public final int anchors;
  /** Pixels of the image for one of the output. */
  public final int grid;
  /** A box has objectness times class probability of at least that of its class. */
  public final List<Double> scoreThresholds;
  /** A box whose overlap with a better one of its class is above this is dropped. */
  public final double nmsThreshold;
  /**
   * Of the boxes that are left, a class keeps as many of the best as its factor times the sum of
   * the square roots of their scores; with 0 all of them.
   */
  public final List<Double> countFactors;

  AnchorBoxes(Fields fields) {
    output =
        fields.output(
            "output",
            "classes",
            "anchors",
            "grid",
            "score_threshold",
            "nms_threshold",
            "count_factor");
    classes = Collections.unmodifiableList(fields.names("classes"));
    anchors = fields.whole("anchors", 1);
    grid = fields.whole("grid", 1);
    Fields.OneOrMore thresholds = fields.fractions("score_threshold", 0.3);
    nmsThreshold = fields.fraction("nms_threshold", 0.3);
    Fields.OneOrMore factors = fields.factors("count_factor", 0);
    scoreThresholds = thresholds.forEach(classes.size());
    countFactors = factors.forEach(classes.size());
  }

  @Override
  public String output() {
    return output;
  }

  @Override
  public String result() {
    return "boxes";
  }
}
