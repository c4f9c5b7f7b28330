package deepbacs.zoo.worker;

import ij.IJ;
import java.awt.GraphicsEnvironment;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import net.imagej.patcher.LegacyInjector;

/** An ImageJ that somebody else has started in this JVM, such as pyimagej. */
public final class Live {

  private Live() {}

  /**
   * Says what can be expected of it; patches ImageJ if none of its classes was used yet.
   *
   * @return {@code windows}: it is not headless; {@code bare}: it runs no commands without a window;
   *     {@code patched}: it does, but swallows errors; {@code hooked}: it reports them, too
   */
  public static String state() {
    if (!GraphicsEnvironment.isHeadless()) {
      return "windows";
    }
    patch(Live.class.getClassLoader());
    return Loaded.state();
  }

  /**
   * Makes it ready for macros, and leaves what is open in it as it is.
   *
   * @param preferences the folder for preferences that macros save
   * @return the version of ImageJ
   */
  public static String attach(String preferences) throws ReflectiveOperationException {
    return Loaded.attach(preferences);
  }

  private static void patch(ClassLoader loader) {
    try {
      Method find = ClassLoader.class.getDeclaredMethod("findLoadedClass", String.class);
      find.setAccessible(true);
      if (find.invoke(loader, "ij.IJ") == null && loader.getResource(PatchImageJ.MARK) == null) {
        LegacyInjector.preinit(loader);
      }
    } catch (ReflectiveOperationException | RuntimeException | LinkageError unable) {
      // Java keeps its classes closed, or the patcher is not there: it is as it is.
    }
  }

  /** Here, so that no class of ImageJ is loaded before it is patched. */
  private static final class Loaded {
    static String state() {
      try {
        int modifiers = IJ.class.getDeclaredField("macroInterpreter").getModifiers();
        if (Modifier.isPublic(modifiers)) {
          return "hooked"; // PatchImageJ did that
        }
        IJ.class.getDeclaredField("_hooks"); // and ij1-patcher this
        return "patched";
      } catch (NoSuchFieldException missing) {
        return "bare";
      }
    }

    static String attach(String preferences) throws ReflectiveOperationException {
      MacroRunner.register();
      Session.keepPreferencesIn(preferences);
      return IJ.getVersion();
    }
  }
}
