package deepbacs.zoo.prediction;

import deepbacs.zoo.decoding.BoxDecoder;
import deepbacs.zoo.decoding.LabelDecoder;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.findings.Finding.Severity;
import deepbacs.zoo.findings.Rule;
import deepbacs.zoo.images.Calibration;
import deepbacs.zoo.images.ImageShape;
import deepbacs.zoo.results.BoxStack;
import deepbacs.zoo.results.LabelStack;
import deepbacs.zoo.results.ObjectRow;
import deepbacs.zoo.results.ObjectTable;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.tensors.TensorBlocks;
import deepbacs.zoo.zooconfig.AnchorBoxes;
import deepbacs.zoo.zooconfig.Decoding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** What an output is decoded to: labels and objects, or boxes. */
final class Decoded {

  private static final Rule TOO_MANY_CANDIDATES =
      new Rule("too-many-candidates", Severity.WARNING);

  /** Null where the package does not say how to decode, or finds boxes. */
  final LabelStack labels;

  final List<ObjectRow> objects;
  /** Null where the package does not find boxes. */
  final BoxStack boxes;

  final List<Finding> findings = new ArrayList<>();

  private Decoded(LabelStack labels, List<ObjectRow> objects, BoxStack boxes) {
    this.labels = labels;
    this.objects = objects;
    this.boxes = boxes;
  }

  /**
   * Decodes every position.
   *
   * @param decoding how, or null
   * @param collectors the outputs of all positions by id
   * @param where the package, for messages
   * @throws ZooException PACKAGE: there is no such output, or it is not as the settings have it
   */
  static Decoded of(
      Decoding decoding,
      Map<String, Collector> collectors,
      ImageShape shape,
      Calibration calibration,
      String where) {
    if (decoding == null) {
      return new Decoded(null, Collections.<ObjectRow>emptyList(), null);
    }
    Collector collector = collectors.get(decoding.output());
    if (collector == null || !collector.isImage()) {
      throw new ZooException(
          Kind.PACKAGE,
          where + ": config.deepbacs_zoo.decode.output",
          "there is no output of this name that is an image",
          decoding.output(),
          String.join(", ", collectors.keySet()),
          "correct the package's description");
    }
    Tensor tensor = collector.tensor();
    if (decoding instanceof AnchorBoxes) {
      return boxes((AnchorBoxes) decoding, tensor, shape, calibration);
    }
    LabelStack labels = labels(decoding, tensor, shape);
    return new Decoded(labels, ObjectTable.measure(labels, calibration), null);
  }

  private static Decoded boxes(
      AnchorBoxes settings, Tensor tensor, ImageShape shape, Calibration calibration) {
    int[] sizes = tensor.shape(); // t z c y x
    BoxStack boxes =
        new BoxStack(
            sizes[0], sizes[1], shape.height, shape.width, settings.classes, calibration);
    int most = 0;
    for (int t = 0; t < sizes[0]; t++) {
      for (int z = 0; z < sizes[1]; z++) {
        BoxDecoder found =
            BoxDecoder.decode(settings, plane(tensor, t, z), shape.height, shape.width);
        boxes.add(t, z, found.boxes);
        most = Math.max(most, found.candidates);
      }
    }
    Decoded decoded = new Decoded(null, Collections.<ObjectRow>emptyList(), boxes);
    if (most > BoxDecoder.MOST) {
      decoded.findings.add(
          TOO_MANY_CANDIDATES.finding(
              "output '" + settings.output() + "'",
              most
                  + " candidates pass the score threshold, and only the best "
                  + BoxDecoder.MOST
                  + " were looked at",
              "at most " + BoxDecoder.MOST + " candidates in a plane",
              "check whether the image is one that the network was trained for, or crop it"));
    }
    return decoded;
  }

  private static LabelStack labels(Decoding settings, Tensor tensor, ImageShape shape) {
    int[] sizes = tensor.shape(); // t z c y x
    LabelDecoder decoder = LabelDecoder.of(settings);
    int height = decoder.isOnGrid() ? shape.height : sizes[3];
    int width = decoder.isOnGrid() ? shape.width : sizes[4];
    LabelStack labels = new LabelStack(sizes[0], sizes[1], shape.height, shape.width);
    for (int t = 0; t < sizes[0]; t++) {
      for (int z = 0; z < sizes[1]; z++) {
        int[] found = decoder.decode(plane(tensor, t, z), height, width);
        labels.setPlane(t, z, broughtBack(found, height, width, shape));
      }
    }
    return labels;
  }

  /** One position as {@code c y x}. */
  private static Tensor plane(Tensor tensor, int t, int z) {
    int[] sizes = tensor.shape();
    int[][] block = TensorBlocks.whole(sizes);
    block[0] = new int[] {t, t + 1};
    block[1] = new int[] {z, z + 1};
    return TensorBlocks.cropped(tensor, block).reshaped("cyx", sizes[2], sizes[3], sizes[4]);
  }

  /** Brings labels to the image's size; numbers stay 1 to n where one is lost on the way. */
  private static int[] broughtBack(int[] labels, int height, int width, ImageShape shape) {
    if (height == shape.height && width == shape.width) {
      return labels;
    }
    int[] moved = new int[shape.height * shape.width];
    int largest = 0;
    for (int y = 0; y < shape.height; y++) {
      int fromY = (int) ((2L * y + 1) * height / (2L * shape.height));
      for (int x = 0; x < shape.width; x++) {
        int fromX = (int) ((2L * x + 1) * width / (2L * shape.width));
        int label = labels[fromY * width + fromX];
        moved[y * shape.width + x] = label;
        largest = Math.max(largest, label);
      }
    }
    int[] numbers = new int[largest + 1];
    for (int label : moved) {
      numbers[label] = 1;
    }
    numbers[0] = 0;
    int next = 0;
    for (int label = 1; label <= largest; label++) {
      numbers[label] = numbers[label] == 0 ? 0 : ++next;
    }
    for (int index = 0; index < moved.length; index++) {
      moved[index] = numbers[moved[index]];
    }
    return moved;
  }
}
