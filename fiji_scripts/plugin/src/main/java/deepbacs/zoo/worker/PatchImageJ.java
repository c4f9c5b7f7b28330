package deepbacs.zoo.worker;

import static deepbacs.zoo.worker.PatchWindows.method;
import static deepbacs.zoo.worker.PatchWindows.replacing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import javassist.CannotCompileException;
import javassist.ClassPool;
import javassist.CtClass;
import javassist.Modifier;
import javassist.NotFoundException;
import net.imagej.patcher.LegacyInjector;

/**
 * Writes the classes of ImageJ that are changed for use without a window into a jar.
 *
 * <p>{@code LegacyInjector.preinit()} makes such classes at every start, which takes 2.5 seconds
 * (measured; most of it goes into the stack maps of {@code ij.Menus} and its like), while loading
 * them from a jar in front of ImageJ's own takes 0.1. Beyond the patcher's changes, ImageJ reports
 * {@link Hooks} of what would go to a window: errors, exceptions that it swallows, the message of
 * {@code exit()}, and tables.
 */
public final class PatchImageJ {

  /** An entry of the jar by which one sees that it is on the class path. */
  static final String MARK = "deepbacs_zoo_patched";

  private static final String HOOKS = "deepbacs.zoo.worker.Hooks.";
  // A time stamp that no time zone moves out of the range of zip files.
  private static final long TIME = 500_000_000_000L;

  private PatchImageJ() {}

  /**
   * Writes the jar.
   *
   * @param arguments the path of the jar; it must not exist
   */
  public static void main(String[] arguments) {
    int status = 1;
    try {
      write(Paths.get(arguments[0]));
      status = 0;
    } catch (Exception error) {
      error.printStackTrace();
    }
    // The patcher has touched AWT, whose threads would keep this process alive.
    Runtime.getRuntime().halt(status);
  }

  /** Writes the jar at a path where there is no file yet. */
  public static void write(Path target) throws IOException, ReflectiveOperationException {
    Path temporary = Files.createTempFile(target.toAbsolutePath().getParent(), "patches", ".jar");
    try {
      // "true, false": for headless use, and only the changed classes. All of ImageJ would be
      // written with entries twice, which java.util.zip refuses (ij1-patcher 2.0.0).
      LegacyInjector.writeJar(temporary.toFile(), true, false);
      Map<String, byte[]> classes = read(temporary.toFile());
      addHooks(temporary, classes);
      classes.put(MARK, new byte[0]);
      save(target, classes);
    } catch (NotFoundException | CannotCompileException error) {
      throw new IOException("this ImageJ cannot be patched: " + error, error);
    } finally {
      Files.delete(temporary);
    }
  }

  private static void addHooks(Path patched, Map<String, byte[]> classes)
      throws NotFoundException, CannotCompileException, IOException {
    ClassPool pool = new ClassPool(true);
    pool.insertClassPath(patched.toString());

    List<CtClass> changed = new ArrayList<>();
    changed.addAll(addErrors(pool));
    changed.addAll(addDialogs(pool));
    changed.addAll(addEnds(pool));
    changed.addAll(PatchDialogs.apply(pool));
    changed.addAll(PatchWindows.apply(pool));
    changed.addAll(PatchRoiManager.apply(pool));
    for (CtClass each : changed) {
      classes.put(each.getName().replace('.', '/') + ".class", each.toBytecode());
    }
  }

  /** Errors and exceptions that commands meet. */
  private static List<CtClass> addErrors(ClassPool pool)
      throws NotFoundException, CannotCompileException {
    CtClass ij = pool.get("ij.IJ");
    // The macro that is within run(); for the other packages, too.
    ij.getDeclaredField("macroInterpreter").setModifiers(Modifier.PUBLIC | Modifier.STATIC);
    method(ij, "error", "java.lang.String", "java.lang.String")
        .insertBefore("if (macroInterpreter == null) " + HOOKS + "error($1, $2);");
    method(ij, "abort").insertBefore(HOOKS + "canceled(macroInterpreter);");
    method(ij, "run", "java.lang.String", "java.lang.String")
        .insertAfter("macroInterpreter = null;", true); // also after an error
    // At its end, when the trace is in the log.
    method(ij, "handleException", "java.lang.Throwable").insertAfter(HOOKS + "handled($1);");

    CtClass executer = pool.get("ij.Executer");
    method(executer, "runCommand", "java.lang.String")
        .addCatch(
            "{ " + HOOKS + "thrown($e, ij.IJ.macroInterpreter); throw $e; }",
            pool.get("java.lang.Throwable"));
    return Arrays.asList(ij, executer);
  }

  /** Messages and questions of a macro, and its end. */
  private static List<CtClass> addDialogs(ClassPool pool)
      throws NotFoundException, CannotCompileException {
    // Filters would go on with some parameters or other.
    CtClass dialog = pool.get("net.imagej.patcher.HeadlessGenericDialog");
    dialog
        .getDeclaredConstructor(new CtClass[0])
        .insertBeforeBody(
            "if (ij.Macro.getOptions() == null) " + HOOKS + "asked(ij.IJ.macroInterpreter);");

    CtClass interpreter = pool.get("ij.macro.Interpreter");
    method(
            interpreter,
            "showError",
            "java.lang.String",
            "java.lang.String",
            "java.lang.String[]")
        .insertBefore(HOOKS + "shows($2, lineNumber);");
    // Aborted macros stop in an endless loop without a statement, too, and in eval().
    method(interpreter, "getToken")
        .insertBefore("if (done || " + HOOKS + "stopping) " + HOOKS + "stopIfAborted(this);");
    return Arrays.asList(dialog, interpreter);
  }

  /** The message of {@code exit()}, what {@code call()} cannot find, macros as commands. */
  private static List<CtClass> addEnds(ClassPool pool)
      throws NotFoundException, CannotCompileException {
    CtClass functions = pool.get("ij.macro.Functions");
    method(functions, "exit")
        .instrument(replacing("showMessage", HOOKS + "exit($2); $proceed($$);"));
    method(functions, "call")
        .instrument(replacing("log", HOOKS + "error(null, $1); $proceed($$);"));
    CtClass runner = pool.get("ij.plugin.Macro_Runner");
    for (String name : new String[] {"runMacroFile", "runMacroFromJar", "runMacroFromIJJar"}) {
      method(runner, "run", "java.lang.String")
          .instrument(replacing(name, "$_ = $proceed($$); " + HOOKS + "ended($_, $1);"));
    }
    return Arrays.asList(functions, runner);
  }

  private static Map<String, byte[]> read(File jar) throws IOException {
    Map<String, byte[]> found = new TreeMap<>();
    try (ZipFile zip = new ZipFile(jar)) {
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        try (InputStream input = zip.getInputStream(entry)) {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          copy(input, bytes);
          found.put(entry.getName(), bytes.toByteArray());
        }
      }
    }
    return found;
  }

  /** Stored, not deflated: classes load sooner. */
  private static void save(Path target, Map<String, byte[]> classes) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(target))) {
      zip.setMethod(ZipOutputStream.STORED);
      for (Map.Entry<String, byte[]> each : classes.entrySet()) {
        ZipEntry entry = new ZipEntry(each.getKey());
        CRC32 sum = new CRC32();
        sum.update(each.getValue());
        entry.setCrc(sum.getValue());
        entry.setSize(each.getValue().length);
        entry.setTime(TIME);
        zip.putNextEntry(entry);
        copy(new ByteArrayInputStream(each.getValue()), zip);
        zip.closeEntry();
      }
    }
  }

  private static void copy(InputStream from, OutputStream to) throws IOException {
    byte[] buffer = new byte[1 << 16];
    for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
      to.write(buffer, 0, count);
    }
  }
}
