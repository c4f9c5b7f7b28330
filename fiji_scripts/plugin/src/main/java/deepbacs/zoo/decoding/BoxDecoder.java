package deepbacs.zoo.decoding;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.zooconfig.AnchorBoxes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A grid of anchors to boxes, by rules that settle every bit and every tie.
 *
 * <ol>
 *   <li>The class of a candidate is that of its largest probability, the lower one of equals; its
 *       score is objectness times that probability, in float. It passes with a score of at least
 *       the threshold of its class (float) if all its values and its score are finite.
 *   <li>In double: the centre is (column + x) times the grid, edges lie half an extent from it and
 *       are clipped to the image. What has no area then is dropped.
 *   <li>Candidates are ordered by score, highest first, then by class, then by row, column and
 *       anchor; the first {@link #MOST} are kept.
 *   <li>From the first to the last, a candidate is dropped if it overlaps a kept one of its class
 *       by more than the threshold.
 *   <li>A class with a count factor keeps as many of the best as the factor times the sum of the
 *       square roots of their scores, in double and in their order, rounded half up, and those of
 *       the same score as the last of them.
 * </ol>
 */
public final class BoxDecoder {

  /** Candidates of a plane that are looked at: an untrained network gives one for every anchor. */
  public static final int MOST = 100_000;

  /** Channels of an anchor that are no classes. */
  private static final int BEFORE_CLASSES = 5;

  /** By score, highest first. */
  public final List<DetectedBox> boxes;
  /** How many candidates passed the score threshold of their class. */
  public final int candidates;

  private final AnchorBoxes settings;
  private final Tensor tensor;
  private final int height;
  private final int width;
  private int passed;

  private BoxDecoder(AnchorBoxes settings, Tensor tensor, int height, int width) {
    this.settings = settings;
    this.tensor = tensor;
    this.height = height;
    this.width = width;
    List<DetectedBox> found = candidates();
    // The sort is stable: equals stay in the order of rows, columns and anchors.
    found.sort(
        Comparator.comparingDouble((DetectedBox box) -> -box.score)
            .thenComparingInt(box -> box.classIndex));
    this.boxes = suppressed(found.subList(0, Math.min(found.size(), MOST)));
    this.candidates = passed;
  }

  /**
   * Decodes one plane, bit for bit as in Python.
   *
   * @param tensor {@code c y x}, taken as float32; y and x are cells of {@code grid} pixels
   * @param height of the image
   * @param width of the image
   * @throws ZooException PACKAGE: the tensor has not the channels or the size that the settings ask
   *     for
   */
  public static BoxDecoder decode(AnchorBoxes settings, Tensor tensor, int height, int width) {
    int[] shape = tensor.shape();
    int block = BEFORE_CLASSES + settings.classes.size();
    long channels = (long) settings.anchors * block;
    if (shape.length != 3 || shape[0] != channels) {
      String allowed = "c y x with " + channels + " channels, " + block + " for each anchor";
      throw Channels.lacking(
          settings.output(), tensor, "asks for", allowed, "anchors and classes");
    }
    int grid = settings.grid;
    Tensor cells = GridTensors.onGrid(tensor, grid, height, width);
    shape = cells.shape();
    if (isOff(shape[1], height, grid) || isOff(shape[2], width, grid)) {
      throw new ZooException(
          Kind.PACKAGE,
          "output " + settings.output(),
          "it does not have the size that the grid of " + Channels.WHERE + " asks for",
          shape[2] + " x " + shape[1] + " cells for " + width + " x " + height + " pixels",
          "cells of " + grid + " pixels",
          "correct grid of " + Channels.WHERE);
    }
    return new BoxDecoder(settings, cells, height, width);
  }

  private static boolean isOff(int cells, int pixels, int grid) {
    return Math.abs((long) cells * grid - pixels) >= grid;
  }

  private List<DetectedBox> candidates() {
    List<DetectedBox> found = new ArrayList<>();
    float[] values = new float[BEFORE_CLASSES + settings.classes.size()];
    int[] shape = tensor.shape();
    int plane = shape[1] * shape[2];
    for (int row = 0; row < shape[1]; row++) {
      for (int column = 0; column < shape[2]; column++) {
        for (int anchor = 0; anchor < settings.anchors; anchor++) {
          int at = anchor * values.length * plane + row * shape[2] + column;
          boolean finite = true;
          for (int channel = 0; channel < values.length; channel++) {
            values[channel] = (float) tensor.get(at + channel * plane);
            finite &= isFinite(values[channel]);
          }
          DetectedBox box = finite ? candidate(values, row, column) : null;
          if (box != null) {
            found.add(box);
          }
        }
      }
    }
    return found;
  }

  private DetectedBox candidate(float[] values, int row, int column) {
    int best = BEFORE_CLASSES;
    for (int channel = best + 1; channel < values.length; channel++) {
      best = values[channel] > values[best] ? channel : best;
    }
    float score = values[BEFORE_CLASSES - 1] * values[best];
    double least = settings.scoreThresholds.get(best - BEFORE_CLASSES);
    if (!(score >= (float) least) || !isFinite(score)) {
      return null;
    }
    passed++;
    double x = (column + (double) values[0]) * settings.grid;
    double y = (row + (double) values[1]) * settings.grid;
    double halfWidth = values[2] * 0.5;
    double halfHeight = values[3] * 0.5;
    double x0 = clipped(x - halfWidth, width);
    double y0 = clipped(y - halfHeight, height);
    double x1 = clipped(x + halfWidth, width);
    double y1 = clipped(y + halfHeight, height);
    if (!(x1 > x0 && y1 > y0)) {
      return null;
    }
    return new DetectedBox(x0, y0, x1, y1, best - BEFORE_CLASSES, score);
  }

  private static boolean isFinite(float value) {
    return !Float.isNaN(value) && !Float.isInfinite(value);
  }

  private static double clipped(double edge, int limit) {
    return Math.min(Math.max(edge, 0.0), limit);
  }

  /** The score from which on boxes of a class stay: that of the last of the expected number. */
  private static float leastScore(List<DetectedBox> members, boolean[] stay, double factor) {
    List<Float> scores = new ArrayList<>();
    double sum = 0;
    for (int member = 0; member < stay.length; member++) {
      if (stay[member]) {
        scores.add(members.get(member).score);
        sum += Math.sqrt(members.get(member).score);
      }
    }
    double count = Math.floor(factor * sum + 0.5);
    if (factor == 0 || count >= scores.size()) {
      return 0;
    }
    return count > 0 ? scores.get((int) count - 1) : Float.POSITIVE_INFINITY;
  }

  /** Drops class by class; what is left stays in order. */
  private List<DetectedBox> suppressed(List<DetectedBox> ordered) {
    boolean[] kept = new boolean[ordered.size()];
    for (int index = 0; index < settings.classes.size(); index++) {
      List<DetectedBox> members = new ArrayList<>();
      List<Integer> places = new ArrayList<>();
      for (int place = 0; place < kept.length; place++) {
        if (ordered.get(place).classIndex == index) {
          members.add(ordered.get(place));
          places.add(place);
        }
      }
      boolean[] stay = Suppression.kept(members, settings.nmsThreshold);
      float least = leastScore(members, stay, settings.countFactors.get(index));
      for (int member = 0; member < stay.length; member++) {
        kept[places.get(member)] = stay[member] && members.get(member).score >= least;
      }
    }
    List<DetectedBox> found = new ArrayList<>();
    for (int place = 0; place < kept.length; place++) {
      if (kept[place]) {
        found.add(ordered.get(place));
      }
    }
    return found;
  }
}
