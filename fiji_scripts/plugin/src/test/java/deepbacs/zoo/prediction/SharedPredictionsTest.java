package deepbacs.zoo.prediction;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import deepbacs.zoo.Golden;
import deepbacs.zoo.Packages;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.images.ImageSource;
import deepbacs.zoo.images.ReadOptions;
import deepbacs.zoo.packages.ZooPackage;
import deepbacs.zoo.results.OutputTensor;
import deepbacs.zoo.results.Result;
import deepbacs.zoo.results.ResultKinds;
import deepbacs.zoo.runner.OnnxSession;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.tensors.TensorSpec;
import deepbacs.zoo.tiling.RunPlan;
import ij.ImagePlus;
import ij.ImageStack;
import ij.process.ByteProcessor;
import ij.process.ColorProcessor;
import ij.process.FloatProcessor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Predictions of every package on stacks of several sizes against those of Python. */
class SharedPredictionsTest {

  @TempDir static Path folder;

  @BeforeAll
  static void unpack() throws IOException {
    Packages.unpack(folder);
  }

  @TestFactory
  Stream<DynamicTest> numbersAndErrorsAreThoseOfPython() throws IOException {
    return Packages.entries().stream()
        .filter(entry -> entry.has("predictions"))
        .flatMap(SharedPredictionsTest::predictions);
  }

  private static Stream<DynamicTest> predictions(JsonObject entry) {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonElement each : entry.getAsJsonArray("predictions")) {
      JsonObject expected = each.getAsJsonObject();
      String how = expected.has("border") ? "halo" : expected.has("memory") ? "tiles" : "whole";
      tests.add(
          dynamicTest(
              entry.get("name").getAsString() + ", " + how,
              () -> check(Packages.path(folder, entry), expected)));
    }
    return tests.stream();
  }

  /** The image that make_packages.py writes for an input, counted from 0. */
  private static ImageSource image(int[] shape, int input) {
    ImageStack stack = new ImageStack(shape[4], shape[3]);
    int size = shape[3] * shape[4];
    long number = input;
    for (int plane = 0; plane < shape[0] * shape[1] * shape[2]; plane++) {
      byte[] values = new byte[size];
      for (int index = 0; index < size; index++, number++) {
        values[index] = (byte) ((number * number * 31 + number * 17) % 199);
      }
      stack.addSlice(new ByteProcessor(shape[4], shape[3], values));
    }
    ImagePlus image = new ImagePlus("image", stack);
    image.setDimensions(shape[2], shape[1], shape[0]);
    return ImageSource.of(image);
  }

  private static Result predict(
      Path path, Function<ZooPackage, InputImages> given, PredictOptions options) {
    try (ZooPackage found = ZooPackage.open(path);
        InputImages images = given.apply(found)) {
      // Refused before weights are loaded, where it can be.
      Predictor predictor = Predictor.of(found, images, options);
      try (OnnxSession session = OnnxSession.load(found)) {
        int[] passes = {0};
        Result result = predictor.run(session, images.read(), (done, total) -> passes[0] = done);
        assertEquals(predictor.passes(), passes[0]);
        return result;
      }
    }
  }

  private static void check(Path path, JsonObject expected) {
    int[] shape = Golden.ints(expected.get("shape"));
    Function<ZooPackage, InputImages> images = found -> images(found, shape);
    long memory =
        expected.has("memory") ? expected.get("memory").getAsLong() : PredictOptions.MEMORY;
    PredictOptions options =
        new PredictOptions(memory, expected.has("border"), Double.NaN);
    if (expected.has("error")) {
      ZooException error =
          assertThrows(ZooException.class, () -> predict(path, images, options));
      assertEquals(expected.get("error").getAsString(), error.kind.python, error.getMessage());
      return;
    }
    Result result = predict(path, images, options);
    assertEquals(expected.get("tiles").getAsInt(), result.tiles);
    JsonObject outputs = expected.getAsJsonObject("outputs");
    assertEquals(outputs.size(), result.tensors.size());
    for (OutputTensor output : result.tensors) {
      JsonObject each = outputs.getAsJsonObject(output.id);
      assertEquals(each.get("axes").getAsString(), output.tensor.axes);
      assertArrayEquals(Golden.ints(each.get("shape")), output.tensor.shape());
      double[] found = moments(output.tensor);
      double scale = 1e-5 * (1 + Math.abs(found[0]) + found[1]);
      assertEquals(each.get("mean").getAsDouble(), found[0], scale);
      assertEquals(each.get("deviation").getAsDouble(), found[1], scale);
    }
  }

  private static InputImages images(ZooPackage found, int[] shape) {
    Map<String, ImageSource> sources = new LinkedHashMap<>();
    for (TensorSpec spec : found.inputs) {
      sources.put(spec.id, image(shape, sources.size()));
    }
    return new InputImages(found, sources);
  }

  private static double[] moments(Tensor tensor) {
    double sum = 0;
    double squares = 0;
    for (int index = 0; index < tensor.size(); index++) {
      sum += tensor.get(index);
    }
    double mean = sum / tensor.size();
    for (int index = 0; index < tensor.size(); index++) {
      squares += Math.pow(tensor.get(index) - mean, 2);
    }
    return new double[] {mean, Math.sqrt(squares / tensor.size())};
  }

  // --- images that are refused ---------------------------------------------------------------------

  private static ZooException refused(String name, ImagePlus image) {
    return assertThrows(
        ZooException.class,
        () ->
            predict(
                Golden.path("packages/" + name),
                found -> InputImages.of(found, ImageSource.of(image)),
                new PredictOptions(PredictOptions.MEMORY, false, Double.NaN)));
  }

  @Test
  void colorsAndChannelsThatTheNetworkDoesNotTakeAreRefused() {
    ColorProcessor colors = new ColorProcessor(32, 32);
    colors.set(5, 7, 0xff0000);
    assertEquals(Kind.DATA, refused("spots.zip", new ImagePlus("rgb", colors)).kind);
    ImageStack stack = new ImageStack(32, 32);
    stack.addSlice(new ByteProcessor(32, 32));
    stack.addSlice(new ByteProcessor(32, 32));
    ImagePlus two = new ImagePlus("two", stack);
    two.setDimensions(2, 1, 1);
    assertEquals(Kind.DATA, refused("spots.zip", two).kind);
  }

  @Test
  void equalColorsAreTakenAsGreyAndSaidSo() {
    ByteProcessor grey = new ByteProcessor(32, 32);
    grey.set(5, 7, 99);
    Result[] results = new Result[2];
    ImagePlus[] images = {
      new ImagePlus("grey", grey), new ImagePlus("rgb", grey.convertToColorProcessor())
    };
    for (int index = 0; index < images.length; index++) {
      ImagePlus image = images[index];
      results[index] =
          predict(
              Golden.path("packages/spots.zip"),
              found -> InputImages.of(found, ImageSource.of(image)),
              new PredictOptions(PredictOptions.MEMORY, false, Double.NaN));
    }
    Tensor expected = results[0].tensors.get(0).tensor;
    Tensor found = results[1].tensors.get(0).tensor;
    for (int index = 0; index < expected.size(); index++) {
      assertEquals(expected.get(index), found.get(index));
    }
    assertEquals("rgb-taken-as-grey", results[1].findings.get(0).rule.id);
  }

  @Test
  void aChannelIsChosenByTheLabelsOfPlanesOrItsNumber() {
    ImageStack stack = new ImageStack(32, 32);
    stack.addSlice("DAPI", new ByteProcessor(32, 32));
    stack.addSlice("GFP", new ByteProcessor(32, 32));
    ImagePlus two = new ImagePlus("two", stack);
    two.setDimensions(2, 1, 1);
    for (String channel : new String[] {"gfp", "2", "GFP"}) {
      ImageSource chosen = ImageSource.of(two, new ReadOptions(null, channel));
      assertEquals(Collections.singletonList("GFP"), chosen.channelNames());
      assertEquals(1, chosen.shape().channels);
      assertEquals(1, chosen.read().shape.channels);
    }
    ReadOptions options = new ReadOptions(null, "mCherry");
    ZooException error =
        assertThrows(ZooException.class, () -> ImageSource.of(two, options));
    assertEquals(
        "two: it has no channel of this name or number (mCherry); allowed: 1 DAPI, 2 GFP; choose "
            + "one of these with channel.",
        error.getMessage());
  }

  @Test
  void valuesThatAnIntegerInputCannotHoldAreRefused() {
    for (float value : new float[] {300, 1.5f, -1}) {
      FloatProcessor pixels = new FloatProcessor(24, 24);
      pixels.set(value);
      ZooException error =
          assertThrows(
              ZooException.class,
              () ->
                  predict(
                      folder.resolve("uint8/package.zip"),
                      found -> InputImages.of(found, ImageSource.of(new ImagePlus("a", pixels))),
                      new PredictOptions(PredictOptions.MEMORY, false, Double.NaN)));
      assertEquals(Kind.DATA, error.kind, error.getMessage());
    }
  }

  @Test
  void aPixelSizeThatIsGivenCountsAndItsDifferenceIsAFinding() {
    Path image = Golden.path("packages/cells.tif");
    Result result =
        predict(
            Golden.path("packages/spots.zip"),
            found -> InputImages.of(found, ImageSource.of(image)),
            new PredictOptions(PredictOptions.MEMORY, false, 0.3));
    assertEquals(1, result.findings.size());
    assertTrue(result.findings.get(0).toString().contains("0.08"));
    assertEquals(0.3, result.calibration.x);
  }

  @Test
  void theMemoryEstimateCountsTheImagesOfAllInputs() {
    try (ZooPackage found = ZooPackage.open(folder.resolve("two_inputs/package.zip"));
        InputImages images = images(found, new int[] {1, 1, 1, 40, 50})) {
      Positions positions = Positions.of(images);
      RunPlan plan =
          RunPlan.of(
              found.inputs, found.outputs, images.shapes(), 1 << 30, 1, false, null, true);
      long pixels = 40 * 50;
      // Both as bytes and three times as float32, and the result.
      assertEquals(
          2 * pixels + 2 * 3 * 4 * pixels + 4 * pixels,
          MemoryEstimate.bytes(
              images, found.outputs, positions, plan, ResultKinds.TABLE.get("image")));
    }
  }

  @Test
  void aHeapThatIsTooSmallIsNamedWithOneThatWorks() {
    ZooException error =
        assertThrows(ZooException.class, () -> HeapCheck.check("image", 1L << 50));
    assertEquals(Kind.HOST, error.kind);
    assertTrue(error.getMessage().contains("heap"), error.getMessage());
    HeapCheck.check("image", 1);
    ZooException exhausted = HeapCheck.exhausted("image", new OutOfMemoryError("Java heap"));
    assertEquals(Kind.HOST, exhausted.kind);
  }
}
