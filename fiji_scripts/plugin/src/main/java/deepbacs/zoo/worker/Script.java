package deepbacs.zoo.worker;

import java.util.List;
import java.util.Map;

/** A text in one of the languages of ImageJ, ready to run once. */
interface Script {

  /** Runs it, and returns its value as a text, or null; throws whatever it throws. */
  String run() throws Throwable;

  /**
   * Says why it did not come to its end; null if it did.
   *
   * @param value what it returned
   * @param exception what it threw, or null
   * @param log what was printed
   */
  Failure failure(String value, Throwable exception, String log);

  /** The values of variables by name, after the run; null for one that was never set. */
  Map<String, Object> read(List<String> names) throws ReflectiveOperationException;
}
