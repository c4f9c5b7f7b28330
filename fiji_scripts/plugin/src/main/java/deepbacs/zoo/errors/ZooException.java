package deepbacs.zoo.errors;

import deepbacs.zoo.options.Spelling;
import deepbacs.zoo.options.Text;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that the user can act on; never thrown for a bug of ours.
 *
 * <p>The message is one sentence with the same parts, in the same order, as the exceptions of
 * {@code deepbacs_zoo.errors}: the thing, what is wrong with it, the value found, what was allowed
 * and what to do. {@link Kind} names the Python class that it becomes there. An option in it is
 * data: {@link #getMessage} writes it as Python does, {@link #sentence} as another interface does.
 */
public final class ZooException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The branches of the tree in {@code deepbacs_zoo/errors.py}. */
  public enum Kind {
    USAGE("UsageError"),
    HOST("HostError"),
    OUTPUT_EXISTS("OutputExistsError"),
    DATA("DataError"),
    PACKAGE("PackageError"),
    INTEGRITY("IntegrityError"),
    UNSUPPORTED("UnsupportedError"),
    MACRO("MacroError"),
    MODEL("ModelError");

    /** The name of the Python class. */
    public final String python;

    Kind(String python) {
      this.python = python;
    }
  }

  public final Kind kind;
  public final transient Text where;
  public final transient Text what;
  /** The value found, or null where there is none to show. */
  public final String value;
  public final transient Text allowed;
  public final transient Text hint;

  /**
   * An error.
   *
   * @param kind which branch of the tree
   * @param where the thing at fault: a file, an option, a tensor, a field of a description
   * @param what what is wrong with it, a clause without a full stop
   * @param value the value found; null leaves it out of the sentence
   * @param allowed what would have been right
   * @param hint what to do now, in the imperative
   */
  public ZooException(
      Kind kind, Object where, String what, Object value, String allowed, String hint) {
    this(kind, where, what, value, allowed, Text.of(hint));
  }

  /** The same, with a hint that names options. */
  public ZooException(
      Kind kind, Object where, String what, Object value, String allowed, Text hint) {
    this(kind, where, what, value, allowed, hint, null);
  }

  /** The same, with the exception that led to it. */
  public ZooException(
      Kind kind,
      Object where,
      String what,
      Object value,
      String allowed,
      String hint,
      Throwable cause) {
    this(kind, where, what, value, allowed, Text.of(hint), cause);
  }

  /** The same, with options in the hint and the exception that led to it. */
  public ZooException(
      Kind kind,
      Object where,
      String what,
      Object value,
      String allowed,
      Text hint,
      Throwable cause) {
    super(null, cause);
    this.kind = kind;
    this.where = Text.of(where);
    this.what = Text.of(what);
    this.value = value == null ? null : value.toString();
    this.allowed = Text.of(allowed);
    this.hint = hint;
  }

  /** The message with its options written by an interface. */
  public String sentence(Spelling spelling) {
    String found = value == null ? "" : " (" + value + ")";
    return where.spell(spelling)
        + ": "
        + what.spell(spelling)
        + found
        + "; allowed: "
        + allowed.spell(spelling)
        + "; "
        + hint.spell(spelling)
        + ".";
  }

  /** The parts by name, for a report. */
  public Map<String, Object> parts() {
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("kind", kind.python);
    parts.put("where", where.plain());
    parts.put("what", what.plain());
    parts.put("value", value);
    parts.put("allowed", allowed.plain());
    parts.put("hint", hint.plain());
    return parts;
  }

  @Override
  public String getMessage() {
    return sentence(Spelling.PYTHON);
  }
}
