package deepbacs.zoo.packages;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonObject;
import deepbacs.zoo.Packages;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.prediction.InputImages;
import deepbacs.zoo.prediction.PredictOptions;
import deepbacs.zoo.images.ImageSource;
import deepbacs.zoo.prediction.Predictor;
import deepbacs.zoo.processing.Processing;
import deepbacs.zoo.runner.OnnxSession;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.tensors.TensorSpec;
import ij.ImagePlus;
import ij.process.FloatProcessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Packages of every dialect, good and bad, against what Python says of them. */
class SharedPackagesTest {

  @TempDir static Path folder;

  @BeforeAll
  static void unpack() throws IOException {
    Packages.unpack(folder);
  }

  private static Stream<JsonObject> entries(boolean good) throws IOException {
    return Packages.entries().stream().filter(entry -> entry.has("error") != good);
  }

  private static String name(JsonObject entry) {
    return entry.get("name").getAsString();
  }

  @TestFactory
  Stream<DynamicTest> goodPackagesAreReadAsPythonReadsThem() throws IOException {
    return entries(true).map(entry -> dynamicTest(name(entry), () -> read(entry)));
  }

  private static void read(JsonObject entry) {
    try (ZooPackage found = ZooPackage.open(Packages.path(folder, entry))) {
      assertEquals(entry.get("format").getAsString(), found.formatVersion);
      assertEquals(entry.getAsJsonObject("inputs").toString(), axes(found.inputs).toString());
      assertEquals(entry.getAsJsonObject("outputs").toString(), axes(found.outputs).toString());
      List<String> formats = new ArrayList<>();
      entry.getAsJsonArray("weights").forEach(each -> formats.add(each.getAsString()));
      assertEquals(formats, new ArrayList<>(found.weights.keySet()));
      assertTrue(found.names().size() > 1);
    }
  }

  private static JsonObject axes(List<TensorSpec> specs) {
    JsonObject axes = new JsonObject();
    specs.forEach(spec -> axes.addProperty(spec.id, spec.axisNames()));
    return axes;
  }

  @TestFactory
  Stream<DynamicTest> goodPackagesReproduceTheirTestTensors() throws IOException {
    return entries(true)
        .filter(entry -> entry.getAsJsonArray("weights").toString().contains("onnx"))
        .map(entry -> dynamicTest(name(entry), () -> reproduce(entry)));
  }

  private static void reproduce(JsonObject entry) {
    try (ZooPackage found = ZooPackage.open(Packages.path(folder, entry))) {
      Map<String, Tensor> raw = new LinkedHashMap<>();
      for (TensorSpec spec : found.inputs) {
        raw.put(spec.id, found.tensor(spec.testTensor));
      }
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      for (TensorSpec spec : found.inputs) {
        inputs.put(spec.id, Processing.apply(spec.steps, raw.get(spec.id), raw));
      }
      try (OnnxSession session = OnnxSession.load(found)) {
        Map<String, Tensor> outputs = session.run(inputs);
        Map<String, Tensor> all = new LinkedHashMap<>(raw);
        all.putAll(outputs);
        for (TensorSpec spec : found.outputs) {
          Tensor output = Processing.apply(spec.steps, outputs.get(spec.id), all);
          assertClose(found.tensor(spec.testTensor), output);
        }
      } catch (ZooException error) {
        // The engine's Java takes no tensors of this type: named, not run.
        assertTrue(name(entry).contains("uint16"), error.getMessage());
        assertTrue(error.getMessage().contains("uint16"), error.getMessage());
      }
    }
  }

  private static void assertClose(Tensor expected, Tensor found) {
    assertArrayEquals(expected.shape(), found.shape());
    for (int index = 0; index < expected.size(); index++) {
      double value = expected.get(index);
      assertEquals(value, found.get(index), 1e-4 + 1e-4 * Math.abs(value));
    }
  }

  @TestFactory
  Stream<DynamicTest> badPackagesAreRefusedWithTheErrorOfPython() throws IOException {
    return entries(false).map(entry -> dynamicTest(name(entry), () -> refuse(entry)));
  }

  private static void refuse(JsonObject entry) {
    ZooException error =
        assertThrows(ZooException.class, () -> use(Packages.path(folder, entry)));
    String expected = entry.get("error").getAsString();
    if (!expected.equals("DeepbacsZooError")) {
      assertEquals(expected, error.kind.python, error.getMessage());
    }
    assertTrue(error.getMessage().contains("; allowed: "), error.getMessage());
  }

  private static void use(Path path) {
    ImageSource image = ImageSource.of(new ImagePlus("image", new FloatProcessor(32, 32)));
    try (ZooPackage found = ZooPackage.open(path)) {
      PredictOptions options = new PredictOptions(1 << 30, false, Double.NaN);
      InputImages images = InputImages.of(found, image);
      Predictor predictor = Predictor.of(found, images, options);
      for (TensorSpec spec : found.inputs) {
        found.tensor(spec.testTensor);
      }
      try (OnnxSession session = OnnxSession.load(found)) {
        predictor.run(session, images.read(), (done, total) -> {});
      }
    }
  }

  @Test
  void anUnpackedMemberIsDeletedWithThePackage() throws IOException {
    JsonObject entry = entries(true).findFirst().get();
    Path path;
    try (ZooPackage found = ZooPackage.open(Packages.path(folder, entry))) {
      path = found.filePath(found.inputs.get(0).testTensor);
      assertTrue(Files.size(path) > 0);
      assertEquals(path, found.filePath(found.inputs.get(0).testTensor));
      assertTrue(found.toString().contains(found.name));
    }
    assertFalse(Files.exists(path));
  }
}
