package deepbacs.zoo.errors;

/**
 * Something that the user can act on; never thrown for a bug of ours.
 *
 * <p>The message is one sentence with the same parts, in the same order, as the exceptions of
 * {@code deepbacs_zoo.errors}: the thing, what is wrong with it, the value found, what was allowed
 * and what to do. {@link Kind} names the Python class that it becomes there.
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
    MODEL("ModelError");

    /** The name of the Python class. */
    public final String python;

    Kind(String python) {
      this.python = python;
    }
  }

  public final Kind kind;
  public final String where;
  public final String what;
  /** The value found, or null where there is none to show. */
  public final String value;
  public final String allowed;
  public final String hint;

  /**
   * @param kind which branch of the tree
   * @param where the thing at fault: a file, an option, a tensor, a field of a description
   * @param what what is wrong with it, a clause without a full stop
   * @param value the value found; null leaves it out of the sentence
   * @param allowed what would have been right
   * @param hint what to do now, in the imperative
   */
  public ZooException(
      Kind kind, Object where, String what, Object value, String allowed, String hint) {
    super(sentence(String.valueOf(where), what, value, allowed, hint));
    this.kind = kind;
    this.where = String.valueOf(where);
    this.what = what;
    this.value = value == null ? null : value.toString();
    this.allowed = allowed;
    this.hint = hint;
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
    this(kind, where, what, value, allowed, hint);
    initCause(cause);
  }

  private static String sentence(
      String where, String what, Object value, String allowed, String hint) {
    String found = value == null ? "" : " (" + value + ")";
    return where + ": " + what + found + "; allowed: " + allowed + "; " + hint + ".";
  }
}
