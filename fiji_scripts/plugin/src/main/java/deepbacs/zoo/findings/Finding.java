package deepbacs.zoo.findings;

import deepbacs.zoo.options.Text;
import java.util.LinkedHashMap;
import java.util.Map;

/** One observation about a package or an image, with the parts of {@code deepbacs_zoo.findings}. */
public final class Finding {

  /** How bad it is; none here ends a run. */
  public enum Severity {
    INFO,
    WARNING
  }

  public final Rule rule;
  /** The file, or the place in the description. */
  public final String where;
  /** The observation itself, with the value found. */
  public final Text what;
  /** What would have been right. */
  public final Text allowed;
  /** What to do. */
  public final Text hint;

  Finding(Rule rule, Object where, Text what, Text allowed, Text hint) {
    this.rule = rule;
    this.where = String.valueOf(where);
    this.what = what;
    this.allowed = allowed;
    this.hint = hint;
  }

  /** The parts by name, for a report. */
  public Map<String, Object> parts() {
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("severity", rule.severity.name());
    parts.put("where", where);
    parts.put("what", what.plain());
    parts.put("allowed", allowed.plain());
    parts.put("hint", hint.plain());
    parts.put("id", rule.id);
    return parts;
  }

  /** All of it in one sentence; plain information has nothing that is allowed and no hint. */
  @Override
  public String toString() {
    String right = allowed.toString();
    String advice = hint.toString();
    return where
        + ": "
        + what
        + (right.isEmpty() ? "" : "; allowed: " + right)
        + (advice.isEmpty() ? "" : "; " + advice);
  }
}
