package deepbacs.zoo.prediction;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.findings.Finding.Severity;
import deepbacs.zoo.findings.Rule;
import deepbacs.zoo.images.Calibration;
import deepbacs.zoo.images.ImageShape;
import deepbacs.zoo.images.ZooImage;
import deepbacs.zoo.options.Option;
import deepbacs.zoo.options.Text;
import deepbacs.zoo.packages.ZooPackage;
import deepbacs.zoo.processing.Processing;
import deepbacs.zoo.results.Content;
import deepbacs.zoo.results.OutputTensor;
import deepbacs.zoo.results.Result;
import deepbacs.zoo.results.ResultKind;
import deepbacs.zoo.results.ResultKinds;
import deepbacs.zoo.runner.OnnxSession;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.tensors.TensorSpec;
import deepbacs.zoo.tiling.AxisRule;
import deepbacs.zoo.tiling.RunPlan;
import deepbacs.zoo.tiling.TensorPlan;
import deepbacs.zoo.zooconfig.ZooConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A package and images of any size become a result.
 *
 * <p>Made from the images' sizes alone, so that all that can be refused is refused before pixels
 * are read and weights are loaded.
 */
public final class Predictor {

  private static final Rule THIN_STACK = new Rule("thin-stack", Severity.WARNING);
  private static final Rule NO_HALO = new Rule("tiles-without-halo", Severity.WARNING);
  private static final Rule NOT_FINITE = new Rule("output-not-finite", Severity.WARNING);

  /**
   * Bytes per input pixel, taken for a package that does not say: twice the 1,070 that a U-Net of
   * four poolings and 32 features was measured to take in PyTorch, the hungriest engine.
   */
  private static final double BYTES_PER_PIXEL = 2048;

  private final ZooPackage zooPackage;
  private final PredictOptions options;
  private final List<TensorSpec> inputs;
  /** The id, the name and the sizes of the first image. */
  private final String first;

  private final String where;
  private final ImageShape shape;
  private final List<TensorSpec> outputs;
  private final Positions positions;
  private final ZooConfig config;
  private final RunPlan layout;
  /** What to say of a single plane that a network of volumes gets, or null. */
  private final String thinStack;

  private Predictor(ZooPackage zooPackage, InputImages images, PredictOptions options) {
    this.zooPackage = zooPackage;
    this.options = options;
    this.inputs = images.specs;
    this.first = inputs.get(0).id;
    this.where = images.first().name();
    this.shape = images.first().shape();
    this.outputs = zooPackage.outputs;
    check(zooPackage.inputs);
    check(outputs);
    this.positions = Positions.of(images);
    outputs.forEach(output -> Collector.checkOwnAxes(output, positions));
    this.config = zooPackage.zooConfig();
    this.thinStack = Positions.thinStack(images);
    this.layout =
        RunPlan.of(
            inputs,
            outputs,
            images.shapes(),
            options.memory,
            Double.isNaN(config.peakBytesPerPixel) ? BYTES_PER_PIXEL : config.peakBytesPerPixel,
            options.haloBorder,
            config.decode == null ? null : config.decode.output(),
            config.allowTiling);
    ResultKind kind = ResultKinds.TABLE.get(config.result());
    HeapCheck.check(where, MemoryEstimate.bytes(images, outputs, positions, layout, kind));
  }

  /**
   * Plans the run of images of these sizes; no pixel is read.
   *
   * @throws ZooException DATA: an image is not one that this network takes; PACKAGE and
   *     UNSUPPORTED: the package contradicts itself or asks for what is not there; HOST: the memory
   *     does not suffice
   */
  public static Predictor of(
      ZooPackage zooPackage, InputImages images, PredictOptions options) {
    return new Predictor(zooPackage, images, options);
  }

  /** Passes through the network for all positions. */
  public int passes() {
    return Math.multiplyExact(positions.count(), layout.plan.tiles.size());
  }

  /**
   * Runs all positions, decodes and measures.
   *
   * @param images by input, of the sizes that this was made for
   * @throws ZooException DATA: their values are not those that the network takes; PACKAGE: the
   *     network contradicts the package; HOST: memory does not suffice
   */
  public Result run(OnnxSession session, Map<String, ZooImage> images, Progress progress) {
    inputs.forEach(spec -> InputTensors.checkRange(spec, images.get(spec.id)));
    ZooImage image = images.get(first);
    ZooImage known =
        Double.isNaN(options.pixelSize) ? image : image.withPixelSize(options.pixelSize);
    List<Finding> findings = new ArrayList<>();
    images.values().forEach(each -> findings.addAll(each.findings));
    findings.addAll(findings(known.calibration));
    Pipeline network = new Pipeline(inputs, outputs, layout, options.haloBorder);
    Map<String, Collector> collectors = new LinkedHashMap<>();
    for (TensorSpec spec : outputs) {
      collectors.put(spec.id, new Collector(spec, positions));
    }
    int[] done = {0};
    Runnable step = () -> progress.done(++done[0], passes());
    for (int number = 0; number < positions.count(); number++) {
      int[] position = positions.at(number);
      Map<String, Tensor> raw = new LinkedHashMap<>();
      for (TensorSpec spec : inputs) {
        raw.put(spec.id, InputTensors.take(spec, images.get(spec.id), positions, position));
      }
      for (Map.Entry<String, Tensor> found : network.run(session, raw, step).entrySet()) {
        collectors.get(found.getKey()).put(position, found.getValue());
      }
    }
    List<Finding> decoded = new ArrayList<>();
    Content content =
        ResultKinds.TABLE.get(config.result())
            .content(config.decode, decodedTensor(collectors), shape, known.calibration, decoded);
    List<OutputTensor> tensors = new ArrayList<>();
    for (TensorSpec spec : outputs) {
      Tensor tensor = collectors.get(spec.id).tensor();
      tensors.add(new OutputTensor(spec.id, tensor, scaled(spec, known.calibration)));
      addNotFinite(findings, spec.id, tensor);
    }
    findings.addAll(decoded);
    String engine =
        session.engine() + ", " + session.weightsFormat() + " on " + session.device();
    return new Result(
        known.stem,
        tensors,
        content,
        known.calibration,
        findings,
        engine,
        layout.plan.tiles.size(),
        network.seconds(),
        known.preview());
  }

  /** The output that is decoded, {@code t z c y x}; null without decoding. */
  private Tensor decodedTensor(Map<String, Collector> collectors) {
    if (config.decode == null) {
      return null;
    }
    Collector collector = collectors.get(config.decode.output());
    if (collector == null || !collector.isImage()) {
      throw new ZooException(
          Kind.PACKAGE,
          zooPackage.path + ": config.deepbacs_zoo.decode.output",
          "there is no output of this name that is an image",
          config.decode.output(),
          String.join(", ", collectors.keySet()),
          "correct the package's description");
    }
    return collector.tensor();
  }

  private void check(List<TensorSpec> specs) {
    for (TensorSpec spec : specs) {
      Processing.check(spec.steps, zooPackage.path + ": " + spec.id, spec.axisNames());
    }
  }

  private List<Finding> findings(Calibration calibration) {
    List<Finding> findings = new ArrayList<>();
    Finding size = PixelSizeCheck.finding(config.pixelSize, calibration, where);
    if (size != null) {
      findings.add(size);
    }
    if (thinStack != null) {
      findings.add(
          THIN_STACK.finding(
              where,
              thinStack,
              "a stack along z",
              "check whether the file's slices are called frames"));
    }
    boolean halo = false;
    for (TensorSpec spec : outputs) {
      halo |= spec.space().stream().anyMatch(axis -> axis.halo > 0);
    }
    if (!layout.plan.whole() && !halo) {
      findings.add(
          NO_HALO.finding(
              zooPackage.path,
              "the image is run in "
                  + layout.plan.tiles.size()
                  + " tiles and the package states no halo, so seams may show",
              "one pass, or a halo that covers the receptive field",
              Text.of("raise ", Option.of("memory"))));
    }
    return findings;
  }

  private static void addNotFinite(List<Finding> findings, String id, Tensor tensor) {
    int bad = 0;
    for (int index = 0; tensor.dtype.isFloat() && index < tensor.size(); index++) {
      double value = tensor.get(index);
      bad += Double.isNaN(value) || Double.isInfinite(value) ? 1 : 0;
    }
    if (bad > 0) {
      findings.add(
          NOT_FINITE.finding(
              "output '" + id + "'",
              bad + " of " + tensor.size() + " values are not numbers",
              "finite values",
              "check whether the image's values are those that the network expects"));
    }
  }

  /** The size of an output's pixels, where the network scales. */
  private Calibration scaled(TensorSpec spec, Calibration image) {
    TensorPlan tensorPlan = layout.tensors.get(spec.id);
    double[] scales = {1, 1, 1};
    for (int index = 0; tensorPlan != null && index < scales.length; index++) {
      AxisRule rule = tensorPlan.rule("xyz".charAt(index));
      scales[index] = rule == null ? 1 : rule.scale;
    }
    return image.scaled(scales[0], scales[1], scales[2]);
  }
}
