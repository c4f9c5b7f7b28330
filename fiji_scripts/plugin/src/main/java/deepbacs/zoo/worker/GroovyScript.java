package deepbacs.zoo.worker;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A script in Groovy, where the jars of ImageJ's folder have that language.
 *
 * <p>By reflection: it is part of Fiji and not of ours.
 */
final class GroovyScript implements Script {

  private static final String SHELL = "groovy.lang.GroovyShell";
  private static final Pattern LINE = Pattern.compile("@ line (\\d+)");

  private final String name;
  private final String code;
  private final Object binding;

  private GroovyScript(String name, String code, Object binding) {
    this.name = name;
    this.code = code;
    this.binding = binding;
  }

  /** Whether there is a Groovy. */
  static boolean exists() {
    return GroovyScript.class.getClassLoader().getResource("groovy/lang/GroovyShell.class") != null;
  }

  /** Prepares a script with variables. */
  static GroovyScript of(String name, String code, Map<String, Object> variables)
      throws ReflectiveOperationException {
    Constructor<?> make = Class.forName("groovy.lang.Binding").getConstructor(Map.class);
    return new GroovyScript(name, code, make.newInstance(new LinkedHashMap<>(variables)));
  }

  @Override
  public String run() throws Throwable {
    Class<?> shell = Class.forName(SHELL);
    Object made =
        shell
            .getConstructor(ClassLoader.class, binding.getClass())
            .newInstance(GroovyScript.class.getClassLoader(), binding);
    try {
      Object value = shell.getMethod("evaluate", String.class, String.class)
          .invoke(made, code, name);
      boolean plain =
          value instanceof CharSequence || value instanceof Number || value instanceof Boolean;
      return plain ? value.toString() : null;
    } catch (InvocationTargetException error) {
      throw error.getCause();
    }
  }

  @Override
  public Failure failure(String value, Throwable exception, String log) {
    if (Hooks.error() != null) {
      return Failure.seen(Hooks.error(), line(exception), null);
    }
    Throwable thrown = Hooks.thrown() == null ? exception : Hooks.thrown();
    if (thrown != null) {
      int line = line(exception) > 0 ? line(exception) : line(thrown);
      return Failure.ofException(thrown, line);
    }
    return Hooks.exist() ? null : Unhooked.ofLog(log, 0);
  }

  @Override
  public Map<String, Object> read(List<String> names) throws ReflectiveOperationException {
    Map<?, ?> all = (Map<?, ?>) binding.getClass().getMethod("getVariables").invoke(binding);
    Map<String, Object> found = new LinkedHashMap<>();
    for (String each : names) {
      found.put(each, all.get(each));
    }
    return found;
  }

  /** The line of the script at which an exception was thrown; 0 where that is not known. */
  private int line(Throwable exception) {
    for (Throwable each = exception; each != null; each = each.getCause()) {
      for (StackTraceElement frame : each.getStackTrace()) {
        if (name.equals(frame.getFileName()) && frame.getLineNumber() > 0) {
          return frame.getLineNumber();
        }
      }
      Matcher matcher = LINE.matcher(String.valueOf(each.getMessage()));
      if (matcher.find()) {
        return Integer.parseInt(matcher.group(1));
      }
    }
    return 0;
  }
}
