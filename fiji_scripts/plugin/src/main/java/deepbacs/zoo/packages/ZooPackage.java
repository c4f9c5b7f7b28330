package deepbacs.zoo.packages;

import deepbacs.zoo.errors.PythonText;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.tensors.FileRef;
import deepbacs.zoo.tensors.Step;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.tensors.TensorSpec;
import deepbacs.zoo.tensors.Weights;
import deepbacs.zoo.zooconfig.ZooConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A read-only, hash-checked view of one bioimage.io package; made by {@link #open}.
 *
 * <p>Formats 0.4 and 0.5 are read into the same descriptions. Values of the description are {@link
 * String}, {@link Long} (a {@link java.math.BigInteger} beyond 64 bits), {@link Double}, {@link
 * Boolean}, null, {@link List} and {@link Map} in file order.
 */
public final class ZooPackage implements AutoCloseable {

  private static final int[] NEW_TENSORS_SINCE = {0, 5, 0};

  /** The path as the user gave it. */
  public final Path path;

  public final String formatVersion;
  /** May be null. */
  public final String id;

  public final String name;
  /** May be null. */
  public final String version;
  /** The whole description as parsed from YAML. */
  public final Map<String, Object> description;

  public final List<TensorSpec> inputs;
  public final List<TensorSpec> outputs;
  /** By format, in the order of the description. */
  public final Map<String, Weights> weights;
  /** {@code config}, empty when missing. */
  public final Map<String, Object> config;
  /** Observations of reading that are no errors. */
  public final List<Finding> findings;

  private final String label;
  private final PackageFiles files;
  private final List<FileRef> documents;
  private final Map<String, Object> zooEntries;
  private ZooConfig zooConfig;

  private ZooPackage(Path path, Sources place) {
    this.path = path;
    this.label = place.source.label();
    Field root = new Field(label, "", parse(place));
    int[] number = Header.format(root);
    Field stated = root.find("version");
    Field settings = root.find("config");
    Field own = settings == null ? null : settings.find("deepbacs_zoo");
    this.formatVersion = Header.text(number);
    this.findings = Header.findings(number);
    this.name = root.get("name").text();
    this.id = Header.identifier(root, number);
    this.version = stated == null ? null : PythonText.str(stated.value);
    this.description = Collections.unmodifiableMap(root.mapping());
    this.config = mapping(settings);
    this.zooEntries = mapping(own);
    boolean old = Header.isBefore(number, NEW_TENSORS_SINCE);
    List<RawTensor> rawInputs = old ? Tensors04.read(root, true) : Tensors05.read(root, true);
    List<RawTensor> rawOutputs = old ? Tensors04.read(root, false) : Tensors05.read(root, false);
    List<List<TensorSpec>> resolved = Resolver.resolve(rawInputs, rawOutputs);
    this.inputs = Collections.unmodifiableList(resolved.get(0));
    this.outputs = Collections.unmodifiableList(resolved.get(1));
    this.weights = WeightsReader.read(root);
    List<RawTensor> tensors = new ArrayList<>(rawInputs);
    tensors.addAll(rawOutputs);
    this.documents = WeightsFiles.documents(description);
    Map<String, String> hashes = hashes(label, described(tensors, weights));
    for (FileRef document : documents) {
      if (document.sha256 != null) {
        hashes.putIfAbsent(document.path, document.sha256);
      }
    }
    this.files = new PackageFiles(place.source, hashes);
  }

  /**
   * {@code config.deepbacs_zoo}, read when it is first asked for: a package opens without.
   *
   * @throws ZooException PACKAGE, UNSUPPORTED: it is damaged, or decoded in a way that is not known
   */
  public synchronized ZooConfig zooConfig() {
    if (zooConfig == null) {
      zooConfig = ZooConfig.read(zooEntries);
    }
    return zooConfig;
  }

  /**
   * Opens a zip, a folder, or a description, and reads the description.
   *
   * @param path a zip, a folder, or the description itself ({@code rdf.yaml}, {@code
   *     bioimageio.yaml}, {@code model.yaml}; in a zip it may lie one folder down)
   * @return to be closed after use
   * @throws ZooException USAGE: nothing is there, or it is no package; PACKAGE: the description
   *     breaks the format or contradicts itself; UNSUPPORTED: another format than 0.4 and 0.5, not
   *     a model, or an axis without a name; INTEGRITY: the zip is cut off or damaged; HOST: the
   *     computer does not let it be read
   */
  public static ZooPackage open(Path path) {
    Sources place = Sources.open(path);
    boolean opened = false;
    try {
      ZooPackage result = new ZooPackage(path, place);
      opened = true;
      return result;
    } finally {
      if (!opened) {
        place.source.close();
      }
    }
  }

  private static Map<?, ?> parse(Sources place) {
    String label = place.source.label();
    String where = label + ": " + place.description;
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    try (InputStream file = place.source.open(place.description)) {
      byte[] chunk = new byte[1 << 16];
      int read = file.read(chunk);
      while (read >= 0 && data.size() <= YamlText.MAX_BYTES) {
        data.write(chunk, 0, Math.min(read, YamlText.MAX_BYTES + 1 - data.size()));
        read = file.read(chunk);
      }
    } catch (IOException error) {
      throw PackageFiles.unreadable(where, error);
    }
    return YamlText.parse(data.toByteArray(), label);
  }

  private static Map<String, Object> mapping(Field field) {
    return field == null
        ? Collections.<String, Object>emptyMap()
        : Collections.unmodifiableMap(field.mapping());
  }

  private static List<FileRef> described(List<RawTensor> tensors, Map<String, Weights> weights) {
    List<FileRef> result = new ArrayList<>();
    for (RawTensor tensor : tensors) {
      result.add(tensor.test);
      result.add(tensor.sample);
      for (Step step : tensor.steps) {
        if (step.name.equals("custom")) {
          result.add((FileRef) step.kwargs.get("source"));
        }
      }
    }
    for (Weights entry : weights.values()) {
      result.addAll(WeightsReader.filesOf(entry));
    }
    result.removeAll(Collections.singleton(null));
    return result;
  }

  /** The hash of each file for which the description states one. */
  private static Map<String, String> hashes(String label, List<FileRef> files) {
    Map<String, String> result = new HashMap<>();
    for (FileRef file : files) {
      String known = file.sha256 == null ? null : result.putIfAbsent(file.path, file.sha256);
      if (known != null && !known.equals(file.sha256)) {
        throw new ZooException(
            Kind.PACKAGE,
            label + ": " + file.path,
            "the description states two different hashes for this file",
            file.sha256,
            "one hash for each file (" + known + ")",
            "get the package again, or correct its hashes");
      }
    }
    return result;
  }

  // --- files -------------------------------------------------------------------------------------

  /** The package as named in messages: its path. */
  public String label() {
    return label;
  }

  /** The names of all files, relative to the description, sorted. */
  public List<String> names() {
    return files.names();
  }

  /**
   * The content of a file, verified.
   *
   * @throws ZooException INTEGRITY: missing, damaged, or not the one that was described;
   *     UNSUPPORTED: an address on the network instead of a file; PACKAGE: the name leads out of
   *     the package
   */
  public byte[] read(FileRef file) {
    return files.read(file);
  }

  /** The same for a name; it is verified if the description states its hash anywhere. */
  public byte[] read(String file) {
    return files.read(new FileRef(file, null));
  }

  /**
   * A real file, verified like {@link #read(FileRef)}.
   *
   * <p>A member of a zip is unpacked once, into a private temporary folder that is deleted on
   * {@link #close}; members keep their places relative to each other.
   *
   * @throws ZooException as {@link #read(FileRef)}; HOST: there is no space for the file
   */
  public Path filePath(FileRef file) {
    return files.filePath(file);
  }

  /**
   * A weights file on disk, with the files it reads where it looks for them: the external data of
   * an ONNX graph.
   *
   * @throws ZooException as {@link #filePath}, about any of them
   */
  public Path weightsPath(Weights entry) {
    if (!entry.format.equals("onnx")) {
      return filePath(entry.file);
    }
    List<FileRef> stated = new ArrayList<>(WeightsReader.filesOf(entry));
    stated.addAll(documents);
    return files.together(entry.file, WeightsFiles.besideGraph(files, entry.file, stated));
  }

  /**
   * The numbers of a {@code .npy} file.
   *
   * <p>A test tensor gets the axes of its tensor, any other file a {@code ?} for each axis.
   *
   * @throws ZooException as {@link #read(FileRef)}; INTEGRITY: no complete file of plain numbers
   */
  public Tensor tensor(FileRef file) {
    return Npy.parse(read(file), files.where(files.locate(file).path), axesOf(file));
  }

  private String axesOf(FileRef file) {
    List<TensorSpec> tensors = new ArrayList<>(inputs);
    tensors.addAll(outputs);
    for (TensorSpec tensor : tensors) {
      if (tensor.testTensor != null && tensor.testTensor.path.equals(file.path)) {
        return tensor.axisNames();
      }
    }
    return null;
  }

  /** Closes the zip and deletes what was unpacked; may be called again. */
  @Override
  public void close() {
    files.close();
  }

  @Override
  public String toString() {
    return "ZooPackage(" + path + ", format " + formatVersion + ", " + name + ")";
  }
}
