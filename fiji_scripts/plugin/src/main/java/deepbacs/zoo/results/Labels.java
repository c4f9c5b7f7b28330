package deepbacs.zoo.results;

import deepbacs.zoo.decoding.LabelDecoder;
import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.images.Calibration;
import deepbacs.zoo.images.ImageShape;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.zooconfig.Decoding;
import ij.ImagePlus;
import ij.measure.ResultsTable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Labels as a kind of result: the label image, its ROIs, table and overlay. */
public final class Labels extends Content {

  static final ResultKind KIND =
      new ResultKind(
          Labels::of, Integer.BYTES, 40, "labels.tif", "rois.zip", "table.csv", "overlay.png");

  public final LabelStack stack;
  /** One row for each label, in calibrated units. */
  public final List<ObjectRow> objects;

  public Labels(LabelStack stack, List<ObjectRow> objects) {
    this.stack = stack;
    this.objects = Collections.unmodifiableList(objects);
  }

  private static Labels of(
      Decoding settings,
      Tensor output,
      ImageShape shape,
      Calibration calibration,
      List<Finding> findings) {
    LabelDecoder decoder = LabelDecoder.of(settings);
    int height = decoder.isOnGrid() ? shape.height : output.size('y');
    int width = decoder.isOnGrid() ? shape.width : output.size('x');
    LabelStack labels =
        new LabelStack(output.size('t'), output.size('z'), shape.height, shape.width);
    for (int t = 0; t < labels.frames; t++) {
      for (int z = 0; z < labels.slices; z++) {
        int[] found = decoder.decode(ResultKind.plane(output, t, z), height, width);
        labels.setPlane(t, z, resized(found, height, width, shape));
      }
    }
    return new Labels(labels, ObjectTable.measure(labels, calibration));
  }

  /** Brings labels to the image's size; numbers stay 1 to n where one is lost on the way. */
  private static int[] resized(int[] labels, int height, int width, ImageShape shape) {
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
    return withoutGaps(moved, largest);
  }

  private static int[] withoutGaps(int[] labels, int largest) {
    int[] numbers = new int[largest + 1];
    for (int label : labels) {
      numbers[label] = 1;
    }
    numbers[0] = 0;
    int next = 0;
    for (int label = 1; label <= largest; label++) {
      numbers[label] = numbers[label] == 0 ? 0 : ++next;
    }
    for (int index = 0; index < labels.length; index++) {
      labels[index] = numbers[labels[index]];
    }
    return labels;
  }

  @Override
  public ResultKind kind() {
    return KIND;
  }

  @Override
  public int nObjects() {
    return objects.size();
  }

  @Override
  public ImagePlus labelImage(Result result) {
    return Hyperstack.of(stack, result.calibration).image(result.stem + "_labels");
  }

  @Override
  public byte[] roiSet() {
    return LabelRois.bytes(stack);
  }

  @Override
  public ResultsTable table() {
    return Table.of(objects).resultsTable();
  }

  /**
   * The label image is uint16, or float32 where more than 65,535 objects would not fit: ImageJ
   * reads no 32-bit integers, and float32 holds every whole number up to 16,777,216.
   */
  @Override
  List<Staging.Writer> writers(Result result) {
    return Arrays.asList(
        path -> Hyperstack.of(stack, result.calibration).write(path),
        path -> Files.write(path, roiSet()),
        path -> Files.write(path, Table.of(objects).csv().getBytes(StandardCharsets.UTF_8)),
        path -> Overlay.write(path, result.preview, stack));
  }

  @Override
  public Path opened(List<Path> files) {
    return ending(files, "labels.tif");
  }

  @Override
  public Path overlay(List<Path> files) {
    return ending(files, "rois.zip");
  }
}
