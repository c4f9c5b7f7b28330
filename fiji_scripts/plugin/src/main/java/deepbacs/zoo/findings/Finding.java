package deepbacs.zoo.findings;

import java.util.LinkedHashMap;
import java.util.Map;

/** One observation about a package or an image, with the parts of {@code deepbacs_zoo.findings}. */
public final class Finding {

  /** How bad it is; none here ends a run. */
  public enum Severity {
    INFO,
    WARNING
  }

  public final Severity severity;
  /** The file, or the place in the description. */
  public final String where;
  /** The observation itself, with the value found. */
  public final String what;
  /** What would have been right. */
  public final String allowed;
  /** What to do. */
  public final String hint;

  public Finding(Severity severity, Object where, String what, String allowed, String hint) {
    this.severity = severity;
    this.where = String.valueOf(where);
    this.what = what;
    this.allowed = allowed;
    this.hint = hint;
  }

  /** The parts by name, for a report. */
  public Map<String, Object> parts() {
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("severity", severity.name());
    parts.put("where", where);
    parts.put("what", what);
    parts.put("allowed", allowed);
    parts.put("hint", hint);
    return parts;
  }

  /** All of it in one sentence. */
  @Override
  public String toString() {
    return where + ": " + what + "; allowed: " + allowed + "; " + hint;
  }
}
