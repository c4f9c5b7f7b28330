package deepbacs.zoo.plugin;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.results.OutputTensor;
import deepbacs.zoo.results.Result;
import deepbacs.zoo.results.ResultFiles;
import deepbacs.zoo.results.RoiSets;
import ij.ImagePlus;
import ij.gui.Overlay;
import ij.measure.ResultsTable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Everything that a package made of an image: objects and tensors, as ImageJ has them.
 *
 * <p>Images, overlays and tables are new at each call, belong to the caller and are not shown.
 */
public final class Results {

  private final Result result;
  private final String kind;
  private final boolean isStack;

  Results(Result result, String kind, boolean isStack) {
    this.result = result;
    this.kind = kind;
    this.isStack = isStack;
  }

  /** The kind of result: {@code labels}, {@code boxes} or {@code image}. */
  public String kind() {
    return kind;
  }

  /**
   * The label image: 16-bit (32-bit beyond 65,535 objects in a plane), 0 is background, objects
   * count from 1 in every plane; calibrated, with a color for each label.
   *
   * @return null for a package that gives no labels
   */
  public ImagePlus labels() {
    return result.content.labelImage(result);
  }

  /**
   * Outlines or boxes to set on the image: {@code image.setOverlay(results.overlay())}.
   *
   * <p>ROIs are named after the number of the object and, in a stack, know their slice and frame.
   *
   * @return null for a package that finds no objects
   */
  public Overlay overlay() {
    byte[] set = result.content.roiSet();
    if (set == null) {
      return null;
    }
    try {
      return RoiSets.overlay(new ByteArrayInputStream(set), isStack);
    } catch (IOException error) {
      throw new UncheckedIOException(error); // it is in memory
    }
  }

  /**
   * One row for each object, with the columns of the table that is written to files.
   *
   * @return null for a package that finds no objects
   */
  public ResultsTable table() {
    return result.content.table();
  }

  /** The number of objects at all positions; 0 for a package that finds none. */
  public int count() {
    return result.content.nObjects();
  }

  /** The number of objects of each class; empty for a package without classes. */
  public Map<String, Integer> counts() {
    Map<String, Integer> counts = result.content.classCounts();
    return counts == null ? Collections.<String, Integer>emptyMap() : counts;
  }

  /** The ids of the package's outputs, in its order. */
  public List<String> outputs() {
    List<String> ids = new ArrayList<>();
    result.tensors.forEach(each -> ids.add(each.id));
    return ids;
  }

  /**
   * An output as a calibrated 32-bit hyperstack.
   *
   * @return null where the package has no output of this id
   */
  public ImagePlus output(String id) {
    for (OutputTensor each : result.tensors) {
      if (each.id.equals(id)) {
        return each.image(result.stem + "_" + id);
      }
    }
    return null;
  }

  /** What the user should know, a sentence each. */
  public List<String> findings() {
    List<String> sentences = new ArrayList<>();
    for (Finding finding : result.findings) {
      sentences.add(finding.toString());
    }
    return sentences;
  }

  /** The program that computed the network, with its version, the weights and the device. */
  public String engine() {
    return result.engine;
  }

  /**
   * Writes all files that the command {@code DeepBacs Run} writes.
   *
   * @param folder made if it does not exist
   * @param overwrite true to replace files that exist
   * @return their paths
   * @throws ZooException one of the files exists and is not to be replaced, or the folder cannot be
   *     written; nothing is left half written
   */
  public List<String> save(String folder, boolean overwrite) {
    List<String> paths = new ArrayList<>();
    for (Path file : ResultFiles.save(result, Paths.get(folder).toAbsolutePath(), overwrite)) {
      paths.add(file.toString());
    }
    return paths;
  }
}
