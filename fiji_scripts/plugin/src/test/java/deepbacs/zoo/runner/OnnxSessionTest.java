package deepbacs.zoo.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import deepbacs.zoo.Packages;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.packages.ZooPackage;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class OnnxSessionTest {

  @TempDir Path folder;

  /** A package of one graph in a folder; sizes are free. */
  private ZooPackage zooPackage(byte[] graph, String dtype) throws IOException {
    Files.write(folder.resolve("weights.onnx"), graph);
    String axes =
        "    axes:\n    - {type: batch, size: 1}\n    - {type: space, id: y, size: %s}\n"
            + "    - {type: space, id: x, size: {min: 1, step: 1}}\n"
            + "    data: {type: " + dtype + "}\n"
            + "    test_tensor: {source: weights.onnx}\n";
    String text =
        "format_version: 0.5.4\ntype: model\nname: tiny\ninputs:\n  - id: x\n"
            + String.format(axes, "{min: 2, step: 2}")
            + "outputs:\n  - id: y\n"
            + String.format(axes, "{min: 1, step: 1}").replace("{min: 1, step: 1}",
                "{tensor_id: x, axis_id: x}").replace("id: y, size: {tensor_id: x, axis_id: x}",
                "id: y, size: {tensor_id: x, axis_id: y}")
            + "weights:\n  onnx: {source: weights.onnx, opset_version: 17}\n";
    Files.write(folder.resolve("rdf.yaml"), Packages.utf8(text));
    return ZooPackage.open(folder);
  }

  private static Map<String, Tensor> input(Tensor tensor) {
    return Collections.singletonMap("x", tensor);
  }

  /** Types by their number in ONNX. */
  private static final Object[][] TYPES = {
    {1, DType.FLOAT32}, {2, DType.UINT8}, {3, DType.INT8}, {5, DType.INT16}, {6, DType.INT32},
    {7, DType.INT64}, {9, DType.BOOL}, {10, DType.FLOAT16}, {11, DType.FLOAT64},
    {4, DType.UINT16}, {12, DType.UINT32}, {13, DType.UINT64}
  };

  @TestFactory
  Stream<DynamicTest> tensorsOfEveryTypePassThroughTheEngine() {
    return Arrays.stream(TYPES)
        .map(
            type ->
                dynamicTest(
                    type[1].toString(),
                    () -> {
                      DType dtype = (DType) type[1];
                      byte[] graph = Onnx.model("Identity", (Integer) type[0], 17, 1, 0, 0);
                      // The format has no half precision, graphs have.
                      String stated = dtype == DType.FLOAT16 ? "float32" : dtype.numpy();
                      Tensor tensor = Tensor.zeros(dtype, "byx", 1, 2, 4);
                      double[] values =
                          dtype == DType.BOOL
                              ? new double[] {0, 1}
                              : dtype.isFloat()
                                  ? new double[] {0, 1.5, -2, 1e-7, 6e-5, 1000, -0.25, 3}
                                  : new double[] {0, 1, dtype.max, 3, 100, dtype.min, 8, 9};
                      for (int index = 0; index < tensor.size(); index++) {
                        tensor.set(index, values[index % values.length]);
                      }
                      try (ZooPackage found = zooPackage(graph, stated);
                          OnnxSession session = OnnxSession.load(found)) {
                        Tensor output = session.run(input(tensor)).get("y");
                        boolean half = dtype == DType.FLOAT16;
                        assertEquals(half ? DType.FLOAT32 : dtype, output.dtype);
                        for (int index = 0; index < tensor.size(); index++) {
                          double tolerance = half ? 1e-7 : 0;
                          assertEquals(tensor.get(index), output.get(index), tolerance);
                        }
                        assertEquals("cpu", session.device());
                        assertEquals("onnx", session.weightsFormat());
                        assertTrue(session.engine().startsWith("onnxruntime"));
                      }
                    }));
  }

  @Test
  void tensorsAreCastToWhatTheGraphTakes() throws IOException {
    double[] values = {0, 1.5, -2.25, 65519, 5.5e-8, Double.NaN, Double.POSITIVE_INFINITY, 3.0001};
    double[] rounded = {0, 1.5, -2.25, 65504, 0x1p-24, Double.NaN, Double.POSITIVE_INFINITY, 3};
    double[] brain = {0, 1.5, -2.25, 65536, 0x1.d8p-25, Double.NaN, Double.POSITIVE_INFINITY, 3};
    Tensor tensor = Tensor.zeros(DType.FLOAT64, "byx", 1, 2, 4);
    for (int index = 0; index < values.length; index++) {
      tensor.set(index, values[index]);
    }
    for (int type : new int[] {10, 16}) {
      byte[] graph = Onnx.model("Identity", type, 17, 1, 0, 0);
      try (ZooPackage found = zooPackage(graph, "float32");
          OnnxSession session = OnnxSession.load(found)) {
        Tensor output = session.run(input(tensor)).get("y");
        assertEquals(DType.FLOAT32, output.dtype);
        for (int index = 0; index < values.length; index++) {
          double expected = type == 10 ? rounded[index] : brain[index];
          double tolerance = index < 5 ? Math.abs(expected) * 1e-6 : 0;
          assertEquals(expected, output.get(index), tolerance);
        }
      }
    }
  }

  private ZooException refused(byte[] graph, String dtype, Tensor tensor) {
    return assertThrows(
        ZooException.class,
        () -> {
          try (ZooPackage found = zooPackage(graph, dtype);
              OnnxSession session = OnnxSession.load(found)) {
            session.run(input(tensor));
          }
        });
  }

  @Test
  void damagedAndTooNewGraphsAreRefused() {
    Tensor tensor = Tensor.zeros(DType.FLOAT32, "byx", 1, 2, 4);
    assertEquals(Kind.PACKAGE, refused(new byte[] {1, 2, 3}, "float32", tensor).kind);
    byte[] future = Onnx.model("Identity", 1, 99, 1, 0, 0);
    assertEquals(Kind.UNSUPPORTED, refused(future, "float32", tensor).kind);
    byte[] unknown = Onnx.model("NoSuchOperator", 1, 17, 1, 0, 0);
    assertTrue(refused(unknown, "float32", tensor).getMessage().contains("does not know"));
  }

  @Test
  void tensorsThatTheGraphDoesNotTakeAreRefused() {
    byte[] graph = Onnx.model("Identity", 1, 17, 1, 0, 0);
    Tensor wide = Tensor.zeros(DType.FLOAT64, "byx", 1, 2, 4);
    wide.set(0, 0.5);
    byte[] whole = Onnx.model("Identity", 2, 17, 1, 0, 0);
    String message = refused(whole, "float32", wide).getMessage();
    assertTrue(message.contains("whole numbers from 0 to 255 (uint8)"), message);
    wide.set(0, 65520);
    byte[] half = Onnx.model("Identity", 10, 17, 1, 0, 0);
    message = refused(half, "float32", wide).getMessage();
    assertTrue(message.contains("half precision (0 to 65520)"), message);
    byte[] fixed = Onnx.model("Identity", 1, 17, 1, 6, 0);
    Tensor tensor = Tensor.zeros(DType.FLOAT32, "byx", 1, 2, 4);
    assertTrue(refused(fixed, "float32", tensor).getMessage().contains("another shape"));
    Tensor odd = Tensor.zeros(DType.FLOAT32, "byx", 1, 3, 4);
    assertTrue(refused(graph, "float32", odd).getMessage().contains("axis y"));
    Tensor flat = Tensor.zeros(DType.FLOAT32, "yx", 2, 4);
    assertTrue(refused(graph, "float32", flat).getMessage().contains("number of axes"));
    byte[] deep = Onnx.model("Identity", 1, 17, 1, 0, 0, 0);
    assertThrows(ZooException.class, () -> {
      throw refused(deep, "float32", tensor);
    });
  }

  @Test
  void inputsAreCalledByTheirIds() throws IOException {
    byte[] graph = Onnx.model("Identity", 1, 17, 1, 0, 0);
    Tensor tensor = Tensor.zeros(DType.FLOAT32, "byx", 1, 2, 4);
    Map<String, Tensor> both = new LinkedHashMap<>();
    both.put("x", tensor);
    both.put("z", tensor);
    try (ZooPackage found = zooPackage(graph, "float32");
        OnnxSession session = OnnxSession.load(found)) {
      assertTrue(
          assertThrows(ZooException.class, () -> session.run(both)).getMessage().contains("'z'"));
      ZooException missing =
          assertThrows(
              ZooException.class, () -> session.run(Collections.<String, Tensor>emptyMap()));
      assertTrue(missing.getMessage().contains("missing"), missing.getMessage());
    }
  }
}
