package deepbacs.zoo.worker;

import ij.macro.Interpreter;
import ij.macro.Variable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Variables of a macro that has ended: numbers, texts, and arrays of them. */
final class MacroVariables {

  private MacroVariables() {}

  /** The values of variables by name; null for one that was never set. */
  static Map<String, Object> read(Interpreter macro, List<String> names) {
    Map<String, Object> found = new LinkedHashMap<>();
    for (String name : names) {
      found.put(name, null);
    }
    if (names.isEmpty()) {
      return found;
    }
    try {
      Variable[] stack = (Variable[]) field(macro, "stack");
      Object[] symbols = (Object[]) field(field(macro, "pgm"), "table");
      // The last ones are those of a function that was left by exit().
      for (int index = (int) field(macro, "topOfStack"); stack != null && index >= 0; index--) {
        String name = (String) field(symbols[(int) field(stack[index], "symTabIndex")], "str");
        if (found.containsKey(name)) {
          found.put(name, value(stack[index]));
        }
      }
    } catch (ReflectiveOperationException unable) {
      throw new IllegalStateException("this ImageJ keeps its variables elsewhere", unable);
    }
    return found;
  }

  private static Object value(Variable variable) throws ReflectiveOperationException {
    Method getArray = Variable.class.getDeclaredMethod("getArray");
    getArray.setAccessible(true);
    Variable[] array = (Variable[]) getArray.invoke(variable);
    if (array == null) {
      return variable.getString() == null ? (Object) variable.getValue() : variable.getString();
    }
    List<Object> values = new ArrayList<>();
    for (Variable each : array) {
      values.add(value(each));
    }
    return values;
  }

  private static Object field(Object owner, String name) throws ReflectiveOperationException {
    for (Class<?> type = owner.getClass(); type != null; type = type.getSuperclass()) {
      try {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(owner);
      } catch (NoSuchFieldException above) {
        // in a superclass
      }
    }
    throw new NoSuchFieldException(name);
  }
}
