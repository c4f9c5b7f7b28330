package deepbacs.zoo.worker;

import ij.ImagePlus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** All that a macro leaves. Its images stay open until {@link #close()}. */
public final class MacroOutcome implements AutoCloseable {

  /** What went wrong, in ImageJ's words; null where nothing did. */
  public final String failure;
  /** The line of the macro at which it stopped; 0 where that is not known. */
  public final int line;
  /** The stack trace, for an exception that is no message of ImageJ; null otherwise. */
  public final String trace;
  /** What {@code return} gave; null for nothing. */
  public final String value;
  /** What was printed. */
  public final String log;
  /** {@code deepbacs.zoo.plugin.Report.json()}; null where the plugin is not there. */
  public final String report;

  /** Values of the output parameters as JSON, see {@link Outputs}. */
  public final String outputs;

  /** Keys of options that no field of their command had, see {@link DialogOptions#unknown}. */
  public final String[] unknown = DialogOptions.unknown();

  public final List<Columns> tables;
  /** What is in the ROI manager, in ImageJ's format, as base64. */
  public final List<String> rois;

  public final List<ImagePlus> images;
  private final List<ImagePlus> kept = new ArrayList<>();

  MacroOutcome(
      Failure failure,
      String value,
      String log,
      String report,
      String outputs,
      List<Columns> tables,
      List<String> rois,
      List<ImagePlus> images) {
    this.failure = failure == null ? null : failure.message;
    this.line = failure == null ? 0 : failure.line;
    this.trace = failure == null ? null : failure.trace;
    this.value = value;
    this.log = log;
    this.report = report;
    this.outputs = outputs;
    this.tables = Collections.unmodifiableList(new ArrayList<>(tables));
    this.rois = Collections.unmodifiableList(new ArrayList<>(rois));
    this.images = Collections.unmodifiableList(new ArrayList<>(images));
  }

  /** Describes an image that is still open. */
  public ImageHeader header(int index) {
    return ImageHeader.of(images.get(index));
  }

  /** Leaves images open, which belong to somebody else. */
  void keep(List<ImagePlus> others) {
    kept.addAll(others);
  }

  /** Closes the images. */
  @Override
  public void close() {
    List<ImagePlus> own = new ArrayList<>(images);
    own.removeAll(kept);
    MacroRunner.discard(own);
  }
}
