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
import deepbacs.zoo.tiling.CrossAxis;
import deepbacs.zoo.tiling.RunPlan;
import deepbacs.zoo.tiling.TensorPlan;
import deepbacs.zoo.zooconfig.ZooConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A package and an image of any size become a result.
 *
 * <p>Made from the image's sizes alone, so that all that can be refused is refused before pixels
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
  private final ImageShape shape;
  private final TensorSpec input;
  private final List<TensorSpec> outputs;
  private final Positions positions;
  private final ZooConfig config;
  private final RunPlan layout;

  private Predictor(ZooPackage zooPackage, ImageShape shape, String where, PredictOptions options) {
    this.zooPackage = zooPackage;
    this.options = options;
    this.shape = shape;
    this.input = onlyInput(zooPackage);
    this.outputs = zooPackage.outputs;
    check(zooPackage.inputs);
    check(outputs);
    this.positions = Positions.of(input, shape, where);
    outputs.forEach(output -> Collector.checkOwnAxes(output, positions));
    this.config = zooPackage.zooConfig();
    List<TensorSpec> settled = CrossAxis.settled(input, outputs, shape);
    this.layout =
        RunPlan.of(
            settled.subList(0, 1),
            settled.subList(1, settled.size()),
            Collections.singletonMap(input.id, shape),
            options.memory,
            Double.isNaN(config.peakBytesPerPixel) ? BYTES_PER_PIXEL : config.peakBytesPerPixel,
            options.haloBorder,
            config.decode == null ? null : config.decode.output());
    ResultKind kind = ResultKinds.TABLE.get(config.result());
    HeapCheck.check(where, MemoryEstimate.bytes(settled, shape, positions, layout, kind));
  }

  /**
   * Plans the run of an image of these sizes.
   *
   * @param where what to call the image in messages
   * @throws ZooException DATA: the image is not one that this network takes; PACKAGE and
   *     UNSUPPORTED: the package contradicts itself or asks for what is not there; HOST: the memory
   *     does not suffice
   */
  public static Predictor of(
      ZooPackage zooPackage, ImageShape shape, String where, PredictOptions options) {
    return new Predictor(zooPackage, shape, where, options);
  }

  /** Plans and runs an image; {@code progress} hears of passes. */
  public static Result predict(
      ZooPackage zooPackage,
      OnnxSession session,
      ZooImage image,
      PredictOptions options,
      Progress progress) {
    return of(zooPackage, image.shape, image.name, options).run(session, image, progress);
  }

  /** Passes through the network for the whole image. */
  public int passes() {
    return Math.multiplyExact(positions.count(), layout.plan.tiles.size());
  }

  /**
   * Runs all positions, decodes and measures.
   *
   * @param image of the sizes that this was made for
   * @throws ZooException DATA: its values are not those that the network takes; PACKAGE: the
   *     network contradicts the package; HOST: memory does not suffice
   */
  public Result run(OnnxSession session, ZooImage image, Progress progress) {
    ZooImage known =
        Double.isNaN(options.pixelSize) ? image : image.withPixelSize(options.pixelSize);
    List<Finding> findings = findings(known);
    Pipeline network = new Pipeline(Collections.singletonList(input), outputs, layout, options.haloBorder);
    Map<String, Collector> collectors = new LinkedHashMap<>();
    for (TensorSpec spec : outputs) {
      collectors.put(spec.id, new Collector(spec, positions));
    }
    int[] done = {0};
    Runnable step = () -> progress.done(++done[0], passes());
    for (int number = 0; number < positions.count(); number++) {
      int[] position = positions.at(number);
      Map<String, Tensor> raw =
          Collections.singletonMap(input.id, positions.take(input, known, position));
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

  private static TensorSpec onlyInput(ZooPackage zooPackage) {
    List<String> needed = new ArrayList<>();
    for (TensorSpec spec : zooPackage.inputs.subList(1, zooPackage.inputs.size())) {
      if (!spec.optional) {
        needed.add(spec.id);
      }
    }
    if (!needed.isEmpty()) {
      needed.add(0, zooPackage.inputs.get(0).id);
      throw new ZooException(
          Kind.UNSUPPORTED,
          zooPackage.path,
          "it needs several images, and in ImageJ a model runs on one",
          String.join(", ", needed),
          "a package with one input",
          "run it with deepbacs-zoo predict");
    }
    return zooPackage.inputs.get(0);
  }

  private void check(List<TensorSpec> specs) {
    for (TensorSpec spec : specs) {
      Processing.check(spec.steps, zooPackage.path + ": " + spec.id, spec.axisNames());
    }
  }

  private List<Finding> findings(ZooImage image) {
    List<Finding> findings = new ArrayList<>();
    Finding size = PixelSizeCheck.finding(config.pixelSize, image.calibration, image.name);
    if (size != null) {
      findings.add(size);
    }
    String thin = Positions.thinStack(input, shape);
    if (thin != null) {
      findings.add(
          THIN_STACK.finding(
              image.name,
              thin,
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
