package deepbacs.zoo.results;

import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.images.Calibration;
import deepbacs.zoo.images.Preview;
import java.util.Collections;
import java.util.List;

/** Everything that one image became. */
public final class Result {

  /** The image's name without its suffix; files are named after it. */
  public final String stem;
  /** Every output, in the package's order. */
  public final List<OutputTensor> tensors;
  /** What they hold: labels, boxes, or no objects. */
  public final Content content;

  public final Calibration calibration;
  /** What the user should know. */
  public final List<Finding> findings;
  /** Name and version of the engine, with weights format and device. */
  public final String engine;
  /** Passes of one position. */
  public final int tiles;
  /** Seconds spent in the network. */
  public final double networkSeconds;
  /** First position of the image: what outlines are drawn on. */
  public final Preview preview;

  public Result(
      String stem,
      List<OutputTensor> tensors,
      Content content,
      Calibration calibration,
      List<Finding> findings,
      String engine,
      int tiles,
      double networkSeconds,
      Preview preview) {
    this.stem = stem;
    this.tensors = Collections.unmodifiableList(tensors);
    this.content = content;
    this.calibration = calibration;
    this.findings = Collections.unmodifiableList(findings);
    this.engine = engine;
    this.tiles = tiles;
    this.networkSeconds = networkSeconds;
    this.preview = preview;
  }
}
