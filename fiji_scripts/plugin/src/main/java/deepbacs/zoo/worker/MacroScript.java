package deepbacs.zoo.worker;

import ij.macro.Interpreter;
import java.util.List;
import java.util.Map;

/** A text in ImageJ's macro language. */
final class MacroScript implements Script {

  private final Interpreter interpreter = new Interpreter();
  private final String code;
  private final String argument;

  MacroScript(String code, String argument) {
    this.code = code;
    this.argument = argument;
  }

  Interpreter interpreter() {
    return interpreter;
  }

  @Override
  public String run() {
    return interpreter.run(code, argument);
  }

  @Override
  public Failure failure(String value, Throwable exception, String log) {
    // Without hooks ImageJ says at most that something canceled the macro.
    Failure seen =
        Hooks.exist() ? null : Unhooked.failure(interpreter, code, exception, log);
    return seen == null ? Failure.of(interpreter, value, exception) : seen;
  }

  @Override
  public Map<String, Object> read(List<String> names) {
    return MacroVariables.read(interpreter, names);
  }
}
