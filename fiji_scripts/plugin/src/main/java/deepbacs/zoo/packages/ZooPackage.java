package deepbacs.zoo.packages;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.tensors.FileRef;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.tensors.TensorSpec;
import deepbacs.zoo.tensors.Weights;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A read-only view of one bioimage.io package; made by {@link #open}. */
public final class ZooPackage implements AutoCloseable {

  /** The path as the user gave it. */
  public final Path path = null;

  public final String formatVersion = null;
  /** May be null. */
  public final String id = null;

  public final String name = null;
  /** May be null. */
  public final String version = null;
  /** The whole description as parsed from YAML. */
  public final Map<String, Object> description = null;

  public final List<TensorSpec> inputs = null;
  public final List<TensorSpec> outputs = null;
  /** By format, in the order of the description. */
  public final Map<String, Weights> weights = null;
  /** {@code config}, empty when missing. */
  public final Map<String, Object> config = null;
  /** {@code config.deepbacs_zoo}, empty when missing. */
  public final Map<String, Object> zooConfig = null;
  /** What was noticed in reading and is no error, one sentence each. */
  public final List<String> findings = null;

  private ZooPackage() {}

  /**
   * Opens a zip, a folder, or a description, and reads the description.
   *
   * @throws ZooException USAGE, PACKAGE, UNSUPPORTED, INTEGRITY or HOST
   */
  public static ZooPackage open(Path path) {
    throw new UnsupportedOperationException();
  }

  /** The package as named in messages. */
  public String label() {
    throw new UnsupportedOperationException();
  }

  /** The names of all files, relative to the description, sorted. */
  public List<String> names() {
    throw new UnsupportedOperationException();
  }

  /** The content of a file, verified. */
  public byte[] read(FileRef file) {
    throw new UnsupportedOperationException();
  }

  /** The content of a file, verified if the description states its hash anywhere. */
  public byte[] read(String file) {
    throw new UnsupportedOperationException();
  }

  /** A real file, verified; a member of a zip is unpacked once and deleted on {@link #close}. */
  public Path filePath(FileRef file) {
    throw new UnsupportedOperationException();
  }

  /** The numbers of a {@code .npy} file. */
  public Tensor tensor(FileRef file) {
    throw new UnsupportedOperationException();
  }

  /** Closes the zip and deletes what was unpacked; may be called again. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
