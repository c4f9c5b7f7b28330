package deepbacs.zoo.results;

import deepbacs.zoo.decoding.BoxDecoder;
import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.findings.Finding.Severity;
import deepbacs.zoo.findings.Rule;
import deepbacs.zoo.images.Calibration;
import deepbacs.zoo.images.ImageShape;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.zooconfig.AnchorBoxes;
import deepbacs.zoo.zooconfig.Decoding;
import ij.measure.ResultsTable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Boxes as a kind of result: their ROIs, table, counts and overlay. */
public final class Boxes extends Content {

  static final ResultKind KIND =
      new ResultKind(
          Boxes::of, Integer.BYTES, 40, "rois.zip", "table.csv", "counts.csv", "overlay.png");

  private static final Rule TOO_MANY_CANDIDATES =
      new Rule("too-many-candidates", Severity.WARNING);

  public final BoxStack stack;

  public Boxes(BoxStack stack) {
    this.stack = stack;
  }

  private static Boxes of(
      Decoding decoding,
      Tensor output,
      ImageShape shape,
      Calibration calibration,
      List<Finding> findings) {
    AnchorBoxes settings = (AnchorBoxes) decoding;
    int frames = output.size('t');
    int slices = output.size('z');
    BoxStack boxes =
        new BoxStack(frames, slices, shape.height, shape.width, settings.classes, calibration);
    int most = 0;
    for (int t = 0; t < frames; t++) {
      for (int z = 0; z < slices; z++) {
        Tensor plane = ResultKind.plane(output, t, z);
        BoxDecoder found = BoxDecoder.decode(settings, plane, shape.height, shape.width);
        boxes.add(t, z, found.boxes);
        most = Math.max(most, found.candidates);
      }
    }
    if (most > BoxDecoder.MOST) {
      findings.add(
          TOO_MANY_CANDIDATES.finding(
              "output '" + settings.output() + "'",
              most
                  + " candidates pass the score threshold, and only the best "
                  + BoxDecoder.MOST
                  + " were looked at",
              "at most " + BoxDecoder.MOST + " candidates in a plane",
              "check whether the image is one that the network was trained for, or crop it"));
    }
    return new Boxes(boxes);
  }

  @Override
  public ResultKind kind() {
    return KIND;
  }

  @Override
  public int nObjects() {
    return stack.rows().size();
  }

  @Override
  public Map<String, Integer> classCounts() {
    return stack.counts();
  }

  @Override
  public byte[] roiSet() {
    return BoxRois.bytes(stack);
  }

  @Override
  public ResultsTable table() {
    return Table.of(stack).resultsTable();
  }

  @Override
  List<Staging.Writer> writers(Result result) {
    return Arrays.asList(
        path -> Files.write(path, roiSet()),
        path -> Files.write(path, Table.of(stack).csv().getBytes(StandardCharsets.UTF_8)),
        path -> Files.write(path, Table.counts(stack).csv().getBytes(StandardCharsets.UTF_8)),
        path -> Overlay.write(path, result.preview, stack));
  }

  @Override
  public Path overlay(List<Path> files) {
    return ending(files, "rois.zip");
  }
}
