package deepbacs.zoo.findings;

import deepbacs.zoo.findings.Finding.Severity;
import deepbacs.zoo.options.Text;

/**
 * A rule that findings are made by; a constant of the class where it is applied.
 *
 * <p>Its id is that of the same rule in Python.
 */
public final class Rule {

  public final String id;
  public final Severity severity;

  public Rule(String id, Severity severity) {
    this.id = id;
    this.severity = severity;
  }

  /** Plain information at a place. */
  public Finding finding(Object where, String what) {
    return finding(where, what, "", "");
  }

  /** A finding of this rule at a place; texts are strings or {@link Text}s. */
  public Finding finding(Object where, String what, String allowed, Object hint) {
    return new Finding(this, where, Text.of(what), Text.of(allowed), Text.of(hint));
  }
}
