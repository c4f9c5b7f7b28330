package deepbacs.zoo.runner;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.packages.ZooPackage;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.tensors.TensorSpec;
import deepbacs.zoo.tensors.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The bare network of a package in ONNX Runtime, ready to run; used by one thread at a time. */
public final class OnnxSession implements AutoCloseable {

  static final String FORMAT = "onnx";

  private final List<TensorSpec> inputs;
  private final List<TensorSpec> outputs;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Map<String, TensorInfo> nodes;
  /** Graph input by tensor id. */
  private final Map<String, String> names;
  private final UnsignedTensors unsigned;
  /** Memory for inputs, kept: direct buffers are given back late. */
  private final Map<String, ByteBuffer> buffers = new HashMap<>();

  private final String engine;
  private final Device device;
  private boolean open = true;

  private OnnxSession(
      ZooPackage zooPackage, Weights weights, OrtEnvironment environment, Device device)
      throws OrtException {
    this.device = device;
    this.inputs = zooPackage.inputs;
    this.outputs = zooPackage.outputs;
    this.environment = environment;
    this.engine = "onnxruntime " + environment.getVersion();
    this.unsigned = new UnsignedTensors(environment);
    this.session = Graphs.open(zooPackage, weights, environment);
    try {
      this.nodes = Graphs.tensors(weights, session.getInputInfo());
      this.names = matchInputs(weights);
    } catch (ZooException refused) {
      session.close();
      throw refused;
    }
  }

  /** Loads the ONNX weights of a package on the CPU; see {@link #load(ZooPackage, Device)}. */
  public static OnnxSession load(ZooPackage zooPackage) {
    return load(zooPackage, Device.CPU);
  }

  /**
   * Loads the ONNX weights of a package.
   *
   * @throws ZooException UNSUPPORTED: it has none, or they need a newer engine; PACKAGE: the engine
   *     refuses them; INTEGRITY: they are not the described file; HOST: the engine does not run on
   *     this computer
   */
  public static OnnxSession load(ZooPackage zooPackage, Device device) {
    Weights weights = zooPackage.weights.get(FORMAT);
    if (weights == null) {
      throw new ZooException(
          Kind.UNSUPPORTED,
          zooPackage.path,
          "the runner onnx finds no weights that it can load",
          zooPackage.weights.isEmpty()
              ? "no weights"
              : String.join(", ", zooPackage.weights.keySet()),
          FORMAT,
          zooPackage.zooConfig().allowTiling
              ? "get a package with onnx weights" + OtherWeights.advice(zooPackage)
              : "run the plain package of the same model, this one is for deepImageJ");
    }
    try {
      return new OnnxSession(zooPackage, weights, Graphs.environment(), device);
    } catch (OrtException error) {
      throw GraphErrors.notLoaded(
          zooPackage, weights, error, Graphs.environment().getVersion());
    }
  }

  /** Name and version of the engine, for example {@code onnxruntime 1.26.0}. */
  public String engine() {
    return engine;
  }

  /** The device that the graph was loaded for, for example {@code cpu}. */
  public String device() {
    return device.label;
  }

  /** The entry of the package's weights that was loaded. */
  public String weightsFormat() {
    return FORMAT;
  }

  /**
   * Runs the bare network, without pre- and postprocessing.
   *
   * @param tensors one for each input of the package, by its id, in the package's axis order and of
   *     the type that its preprocessing ends with
   * @return one for each output of the package, by its id and in the package's order
   * @throws ZooException DATA: they are not as described; PACKAGE: the graph contradicts the
   *     package; HOST: memory does not suffice; USAGE: the session is closed
   */
  public Map<String, Tensor> run(Map<String, Tensor> tensors) {
    if (!open) {
      throw new ZooException(
          Kind.USAGE,
          "session of " + engine,
          "it is closed",
          null,
          "an open session",
          "load the package again");
    }
    TensorChecks.checkInputs(inputs, tensors);
    Map<String, OnnxTensor> feed = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, Tensor> given : tensors.entrySet()) {
        String name = names.get(given.getKey());
        if (name != null) {
          feed.put(name, fed(given.getKey(), nodes.get(name), given.getValue()));
        }
      }
      try (OrtSession.Result found = session.run(feed)) {
        return named(found);
      }
    } catch (OrtException error) {
      throw failed(error, tensors);
    } catch (OutOfMemoryError error) {
      throw Graphs.outOfMemory(engine, tensors, error);
    } finally {
      feed.values().forEach(OnnxTensor::close);
    }
  }

  /** Frees the graph and its memory; further runs are errors. */
  @Override
  public void close() {
    if (open) {
      open = false;
      buffers.clear();
      try {
        session.close();
        unsigned.close();
      } catch (OrtException error) {
        throw new IllegalStateException(error);
      }
    }
  }

  /** Equal names where all agree, else by order. */
  private Map<String, String> matchInputs(Weights weights) {
    List<String> ids = TensorChecks.ids(inputs);
    List<String> graph = new ArrayList<>(nodes.keySet());
    Map<String, String> matched = new LinkedHashMap<>();
    if (ids.containsAll(graph)) {
      graph.forEach(name -> matched.put(name, name));
      return matched;
    }
    if (ids.size() != graph.size()) {
      throw new ZooException(
          Kind.PACKAGE,
          weights.file.path,
          "the graph takes another number of inputs than the package describes",
          graph.size() + " (" + String.join(", ", graph) + ")",
          ids.size() + " (" + String.join(", ", ids) + ")",
          "export the package again with matching inputs");
    }
    for (int index = 0; index < ids.size(); index++) {
      matched.put(ids.get(index), graph.get(index));
    }
    return matched;
  }

  /** The tensor in the type of number that the graph takes. */
  private OnnxTensor fed(String id, TensorInfo node, Tensor given) throws OrtException {
    Graphs.checkShape(id, node, given.shape());
    Tensor tensor = Casts.cast(id, given, Values.type(node));
    boolean isBfloat16 = node.type == OnnxJavaType.BFLOAT16;
    long bytes = (long) tensor.size() * (isBfloat16 ? Short.BYTES : tensor.dtype.bytes);
    if (bytes > Integer.MAX_VALUE) {
      // A buffer of Java is no longer than that.
      throw Graphs.outOfMemory(engine, Collections.singletonMap(id, tensor), null);
    }
    ByteBuffer buffer = buffers.get(id);
    if (buffer == null || buffer.capacity() < bytes) {
      buffer = ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
      buffers.put(id, buffer);
    }
    ByteBuffer part = buffer.duplicate().order(ByteOrder.nativeOrder());
    part.limit((int) bytes);
    long[] shape = Arrays.stream(tensor.shape()).asLongStream().toArray();
    if (isBfloat16) {
      Values.writeBfloat16(tensor, part);
      part.rewind();
      return OnnxTensor.createTensor(environment, part, shape, OnnxJavaType.BFLOAT16);
    }
    Values.write(tensor, part);
    part.rewind();
    OnnxJavaType type = Values.javaType(UnsignedTensors.given(tensor.dtype));
    return unsigned.of(tensor.dtype, OnnxTensor.createTensor(environment, part, shape, type));
  }

  /** Outputs under the package's ids: by name where names agree, else by order. */
  private Map<String, Tensor> named(OrtSession.Result found) {
    Map<String, OnnxValue> byName = new LinkedHashMap<>();
    found.forEach(entry -> byName.put(entry.getKey(), entry.getValue()));
    List<OnnxValue> all = new ArrayList<>(byName.values());
    if (byName.keySet().containsAll(TensorChecks.ids(outputs))) {
      all.clear();
      outputs.forEach(spec -> all.add(byName.get(spec.id)));
    }
    TensorChecks.checkOutputs(outputs, all);
    Map<String, Tensor> named = new LinkedHashMap<>();
    for (int index = 0; index < all.size(); index++) {
      TensorSpec spec = outputs.get(index);
      named.put(spec.id, Values.read((OnnxTensor) all.get(index), spec.axisNames()));
    }
    return named;
  }

  private ZooException failed(OrtException error, Map<String, Tensor> tensors) {
    if (GraphErrors.isMemory(error)) {
      return Graphs.outOfMemory(engine, tensors, error);
    }
    return new ZooException(
        Kind.PACKAGE,
        "onnx weights",
        "ONNX Runtime cannot compute this graph on the given tensors",
        GraphErrors.message(error),
        "sizes, types and operators that the package's description promises",
        "run: deepbacs-zoo validate PACKAGE",
        error);
  }
}
