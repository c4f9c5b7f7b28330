package deepbacs.zoo.options;

/** The way in which an interface writes an option. */
public interface Spelling {

  /** As an argument of a Python function. */
  Spelling PYTHON = Option::toString;

  String write(Option option);
}
