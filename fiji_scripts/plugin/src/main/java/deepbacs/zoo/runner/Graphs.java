package deepbacs.zoo.runner;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.ValueInfo;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.options.Option;
import deepbacs.zoo.options.Text;
import deepbacs.zoo.packages.ZooPackage;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.tensors.Weights;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Loading graphs, and the checks of what they take. */
final class Graphs {

  private static final long MINUTE = 60_000;

  private Graphs() {}

  /** The engine, which is started at first use and lives as long as ImageJ. */
  static OrtEnvironment environment() {
    sweep();
    try {
      // Its errors come as exceptions, which become one sentence.
      return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "deepbacs");
    } catch (LinkageError error) {
      Throwable cause = error.getCause() == null ? error : error.getCause();
      String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
      throw new ZooException(
          Kind.HOST,
          "ONNX Runtime",
          "its library cannot be loaded on this computer",
          system + ", " + GraphErrors.firstLine(String.valueOf(cause.getMessage())),
          "Linux or Windows on x64, Linux or macOS on ARM, with one onnxruntime jar",
          "look for a second onnxruntime jar in jars and plugins, or run deepbacs-zoo predict",
          error);
    }
  }

  /** The engine leaves an empty folder each time that it is started: those of earlier runs go. */
  private static void sweep() {
    File[] found =
        new File(System.getProperty("java.io.tmpdir"))
            .listFiles((folder, name) -> name.startsWith("onnxruntime-java"));
    for (File folder : found == null ? new File[0] : found) {
      if (System.currentTimeMillis() - folder.lastModified() > MINUTE) {
        folder.delete(); // only ever an empty one
      }
    }
  }

  static OrtSession open(ZooPackage zooPackage, Weights weights, OrtEnvironment environment)
      throws OrtException {
    Path path = zooPackage.weightsPath(weights);
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
      options.setInterOpNumThreads(1);
      // Memory plans for each shape take up to twice the memory and save no time.
      options.setMemoryPatternOptimization(false);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      return environment.createSession(path.toString(), options);
    }
  }

  /** Refuses inputs that are no tensors of numbers. */
  static Map<String, TensorInfo> tensors(Weights weights, Map<String, NodeInfo> inputs) {
    Map<String, TensorInfo> nodes = new LinkedHashMap<>();
    for (Map.Entry<String, NodeInfo> input : inputs.entrySet()) {
      ValueInfo info = input.getValue().getInfo();
      if (!(info instanceof TensorInfo) || Values.type((TensorInfo) info) == null) {
        throw new ZooException(
            Kind.UNSUPPORTED,
            weights.file.path,
            "the graph's input '" + input.getKey() + "' is no tensor of numbers",
            Values.name(info),
            "inputs of float32 or another type of numbers",
            "ask its authors for another export");
      }
      nodes.put(input.getKey(), (TensorInfo) info);
    }
    return nodes;
  }

  /** Checks a shape against the graph's own declaration; without one every shape fits. */
  static void checkShape(String id, TensorInfo node, int[] shape) {
    long[] declared = node.getShape();
    boolean fits = declared.length == shape.length;
    for (int axis = 0; fits && axis < shape.length; axis++) {
      fits = declared[axis] < 0 || declared[axis] == shape[axis];
    }
    if (declared.length > 0 && !fits) {
      List<String> sizes = new ArrayList<>();
      String[] symbols = node.getDimensionNames();
      for (int axis = 0; axis < declared.length; axis++) {
        String symbol = symbols[axis] == null || symbols[axis].isEmpty() ? "None" : symbols[axis];
        sizes.add(declared[axis] < 0 ? symbol : String.valueOf(declared[axis]));
      }
      throw new ZooException(
          Kind.PACKAGE,
          "input '" + id + "'",
          "the graph takes another shape than the package's description allows",
          by(shape),
          String.join("x", sizes),
          "correct the sizes in the description, or export the graph with free sizes");
    }
  }

  static ZooException outOfMemory(String engine, Map<String, Tensor> tensors, Throwable cause) {
    List<String> shapes = new ArrayList<>();
    tensors.forEach((name, tensor) -> shapes.add(name + " " + by(tensor.shape())));
    return new ZooException(
        Kind.HOST,
        engine,
        "it ran out of memory",
        String.join(", ", shapes),
        "a tile that fits the memory of the device",
        Text.of(
            "pass a smaller ", Option.of("memory"), " so that the image is cut into smaller tiles"),
        cause);
  }

  private static String by(int[] shape) {
    List<String> sizes = new ArrayList<>();
    for (int size : shape) {
      sizes.add(String.valueOf(size));
    }
    return String.join("x", sizes);
  }
}
