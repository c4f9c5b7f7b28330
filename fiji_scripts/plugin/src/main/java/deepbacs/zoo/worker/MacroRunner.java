package deepbacs.zoo.worker;

import deepbacs.zoo.plugin.Report;
import ij.IJ;
import ij.ImagePlus;
import ij.Menus;
import ij.Prefs;
import ij.WindowManager;
import ij.macro.Interpreter;
import ij.measure.ResultsTable;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import net.imagej.patcher.LegacyInjector;

/**
 * Runs macros without a window, one after the other, and reports every way in which one fails.
 *
 * <p>A macro stops at its first error. State that ImageJ keeps for a session (options, colors)
 * stays from one run to the next; images, tables and the log do not. What is open in ImageJ
 * otherwise, and its settings, are kept apart meanwhile: {@link Session}.
 */
public final class MacroRunner {

  private static final String PLUGIN = "deepbacs.zoo.plugin.RunPlugin";
  private static final String REPORT = "deepbacs.zoo.plugin.Report";

  private static volatile Interpreter running;

  private MacroRunner() {}

  /**
   * Makes ImageJ ready; to be called before any of its classes is used.
   *
   * @param preferences the folder for ImageJ's preferences, instead of the user's
   * @return the version of ImageJ
   */
  public static String start(String preferences) throws ReflectiveOperationException {
    ClassLoader loader = MacroRunner.class.getClassLoader();
    if (loader.getResource(PatchImageJ.MARK) == null) {
      LegacyInjector.preinit(loader);
    }
    return Starting.start(preferences);
  }

  /** Gives our plugin its command. */
  static void register() throws ReflectiveOperationException {
    Starting.register();
  }

  /** Here, so that no class of ImageJ is loaded before it is patched. */
  private static final class Starting {
    static String start(String preferences) throws ReflectiveOperationException {
      String home = System.getProperty("user.home");
      try {
        System.setProperty("user.home", preferences);
        Prefs.getPrefsDir(); // kept by ImageJ from now on
      } finally {
        System.setProperty("user.home", home);
      }
      register();
      return IJ.getVersion();
    }

    static void register() throws ReflectiveOperationException {
      // ImageJ itself looks for plugins in a folder of its own only.
      if (exists(PLUGIN)) {
        commands().put("DeepBacs Run", PLUGIN);
      }
    }

    /** ImageJ's table of commands, which it makes at the first one if there is no window. */
    @SuppressWarnings("unchecked")
    private static Hashtable<String, String> commands() throws ReflectiveOperationException {
      if (Menus.getCommands() == null) {
        Method init = IJ.class.getDeclaredMethod("init");
        init.setAccessible(true);
        init.invoke(null);
      }
      return Menus.getCommands();
    }

    private static boolean exists(String name) {
      String file = name.replace('.', '/') + ".class";
      return MacroRunner.class.getClassLoader().getResource(file) != null;
    }
  }

  /**
   * Runs a macro.
   *
   * @param code its text
   * @param argument what {@code getArgument()} gives
   * @param images open while it runs, the first one active
   */
  public static MacroOutcome run(String code, String argument, List<ImagePlus> images) {
    return run(Request.of(code, argument), images);
  }

  /**
   * Runs a macro or a script.
   *
   * @param images open while it runs, the first one active
   */
  static synchronized MacroOutcome run(Request request, List<ImagePlus> images) {
    Session.enter();
    try {
      return runInSession(request, images);
    } finally {
      Session.leave();
    }
  }

  private static MacroOutcome runInSession(Request request, List<ImagePlus> images) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    String thread = Thread.currentThread().getName(); // ImageJ has rules for names
    Capture log = new Capture();
    PrintStream captured = log.stream();
    WindowManager.setTempCurrentImage(null); // kept by thread, and may be closed
    for (ImagePlus image : images) {
      Interpreter.addBatchModeImage(image);
    }
    if (!images.isEmpty()) {
      Interpreter.activateImage(images.get(0));
    }
    Throwable exception = null;
    String value = null;
    Script script = null;
    System.setOut(captured);
    System.setErr(captured);
    try {
      Report.clear();
      Unhooked.begin();
      Interpreter.batchMode = true;
      Hooks.begin();
      script = script(request, images);
      value = script.run();
    } catch (Throwable error) { // an Error too is the macro's, not ours
      exception = error;
    } finally {
      running = null;
      Unhooked.end();
      Thread.currentThread().setName(thread);
      System.setOut(out);
      System.setErr(err);
    }
    MacroOutcome outcome = outcome(request, script, value, exception, log.text());
    Hooks.end();
    WindowManager.setTempCurrentImage(null);
    if (exception != null) {
      forget();
    }
    return outcome;
  }

  private static Script script(Request request, List<ImagePlus> images)
      throws ReflectiveOperationException {
    if (request.groovy != null) {
      Inputs.find(request.inputs, images);
      return GroovyScript.of(request.groovy, request.code, request.inputs);
    }
    MacroScript macro = new MacroScript(request.code, request.argument);
    running = macro.interpreter();
    return macro;
  }

  private static MacroOutcome outcome(
      Request request, Script script, String value, Throwable exception, String log) {
    Failure failure =
        script == null
            ? Failure.ofException(exception, 0)
            : script.failure(value, exception, log);
    List<Columns> tables = tables();
    List<ImagePlus> images = openImages();
    String outputs = null;
    if (failure == null) {
      try {
        List<String> names = new ArrayList<>(request.outputs.keySet());
        outputs = Outputs.json(script.read(names), request.outputs, images, tables);
      } catch (ReflectiveOperationException | IllegalStateException unable) {
        failure = Failure.ofException(unable, 0);
      }
    }
    return new MacroOutcome(
        failure, value, log, Report.json(), outputs, tables, Metadata.ofManager(), images);
  }

  /** Stops the macro that runs, from another thread; does nothing where none runs. */
  public static void abort() {
    Interpreter macro = running;
    if (macro != null) {
      Hooks.abort();
      macro.abortMacro();
      Interpreter.abort(); // and one that it has called
    }
  }

  /** The macro that runs, or null. */
  static Interpreter running() {
    return running;
  }

  private static List<ImagePlus> openImages() {
    List<ImagePlus> found = new ArrayList<>();
    int[] ids = WindowManager.getIDList();
    for (int index = 0; ids != null && index < ids.length; index++) {
      ImagePlus image = WindowManager.getImage(ids[index]);
      if (image != null && image.getProcessor() != null) {
        found.add(image);
      }
    }
    return found;
  }

  /** Closes images without asking. */
  static synchronized void discard(List<ImagePlus> images) {
    Session.enter(); // the selection of an image that is closed is kept for another one
    try {
      for (ImagePlus image : images) {
        image.changes = false;
        image.unlock();
        image.close();
      }
    } finally {
      Session.leave();
    }
  }

  /** Without a macro that ended by itself, ImageJ holds on to the last one and its variables. */
  private static void forget() {
    new Interpreter().run("");
  }

  private static List<Columns> tables() {
    List<Columns> found = new ArrayList<>();
    ResultsTable results = ResultsTable.getResultsTable();
    if (results.size() > 0) {
      found.add(new Columns("Results", results));
    }
    for (Map.Entry<String, ResultsTable> each : Windows.tables().entrySet()) {
      found.add(new Columns(each.getKey(), each.getValue()));
    }
    return found;
  }

  /** The plugin's own report, by name: the plugin's package is not below this one. */
  private static final class Report {
    private static Object call(String name) {
      try {
        Method method = Class.forName(REPORT).getMethod(name);
        return method.invoke(null);
      } catch (ReflectiveOperationException | LinkageError missing) {
        return null;
      }
    }

    static void clear() {
      call("clear");
    }

    static String json() {
      return (String) call("json");
    }
  }
}
