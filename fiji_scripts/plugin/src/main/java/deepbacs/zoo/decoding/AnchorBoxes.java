package deepbacs.zoo.decoding;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.Tensor;
import java.util.Collections;
import java.util.List;

/**
 * Boxes with classes on a grid of anchors (YOLOv2): the typed {@code decode} block of {@code
 * config.deepbacs_zoo}.
 *
 * <p>For each anchor a block of channels: x, y of the centre inside the cell (0 to 1), width,
 * height (pixels of the image), objectness and class probabilities (0 to 1).
 */
public final class AnchorBoxes implements Decoding {

  /** Channels of an anchor that are no classes. */
  static final int BEFORE_CLASSES = 5;

  private final String output;
  /** Names of the classes, in the order of the channels. */
  public final List<String> classes;

  public final int anchors;
  /** Pixels of the image for one of the output. */
  public final int grid;
  /** A box has objectness times class probability of at least this. */
  public final double scoreThreshold;
  /** A box whose overlap with a better one of its class is above this is dropped. */
  public final double overlapThreshold;

  AnchorBoxes(DecodeConfig block) {
    output =
        block.output(
            "output", "classes", "anchors", "grid", "score_threshold", "overlap_threshold");
    classes = Collections.unmodifiableList(block.names("classes"));
    anchors = block.whole("anchors", 1);
    grid = block.whole("grid", 1);
    scoreThreshold = block.fraction("score_threshold", 0.3);
    overlapThreshold = block.fraction("overlap_threshold", 0.3);
  }

  @Override
  public String output() {
    return output;
  }

  /**
   * Decodes one plane, bit for bit as in Python.
   *
   * @param tensor {@code c y x}, taken as float32; y and x are cells of {@code grid} pixels
   * @param height of the image
   * @param width of the image
   * @return the boxes by score, highest first, and how many candidates there were
   * @throws ZooException PACKAGE: the tensor has not the channels or the size that the settings ask
   *     for
   */
  public BoxDecoder decode(Tensor tensor, int height, int width) {
    int[] shape = tensor.shape();
    int block = BEFORE_CLASSES + classes.size();
    long channels = (long) anchors * block;
    if (shape.length != 3 || shape[0] != channels) {
      String allowed = "c y x with " + channels + " channels, " + block + " for each anchor";
      throw DecodeConfig.lacking(output, tensor, "asks for", allowed, "anchors and classes");
    }
    Tensor cells = GridTensors.onGrid(tensor, grid, height, width);
    shape = cells.shape();
    if (isOff(shape[1], height) || isOff(shape[2], width)) {
      throw new ZooException(
          Kind.PACKAGE,
          "output " + output,
          "it does not have the size that the grid of " + DecodeConfig.WHERE + " asks for",
          shape[2] + " x " + shape[1] + " cells for " + width + " x " + height + " pixels",
          "cells of " + grid + " pixels",
          "correct grid of " + DecodeConfig.WHERE);
    }
    return new BoxDecoder(this, cells, height, width);
  }

  private boolean isOff(int cells, int pixels) {
    return Math.abs((long) cells * grid - pixels) >= grid;
  }
}
