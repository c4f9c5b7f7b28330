package deepbacs.zoo.worker;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Enumeration;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import javassist.CannotCompileException;
import javassist.ClassPool;
import javassist.CtClass;
import javassist.CtMethod;
import javassist.NotFoundException;
import javassist.expr.ExprEditor;
import javassist.expr.MethodCall;
import net.imagej.patcher.LegacyInjector;

/**
 * Writes the classes of ImageJ that are changed for use without a window into a jar.
 *
 * <p>{@code LegacyInjector.preinit()} makes such classes at every start, which takes 2.5 seconds
 * (measured; most of it goes into the stack maps of {@code ij.Menus} and its like), while loading
 * them from a jar in front of ImageJ's own takes 0.1. On top of the patcher's changes, ImageJ tells
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
    Path aside = Files.createTempFile(target.toAbsolutePath().getParent(), "patches", ".jar");
    try {
      // "true, false": for headless use, and only the changed classes. All of ImageJ would be
      // written with entries twice, which java.util.zip refuses (ij1-patcher 2.0.0).
      LegacyInjector.writeJar(aside.toFile(), true, false);
      Map<String, byte[]> classes = read(aside.toFile());
      addHooks(aside, classes);
      classes.put(MARK, new byte[0]);
      save(target, classes);
    } catch (NotFoundException | CannotCompileException error) {
      throw new IOException("this ImageJ cannot be patched: " + error, error);
    } finally {
      Files.delete(aside);
    }
  }

  private static void addHooks(Path patched, Map<String, byte[]> classes)
      throws NotFoundException, CannotCompileException, IOException {
    ClassPool pool = new ClassPool(true);
    pool.insertClassPath(patched.toString());

    CtClass ij = pool.get("ij.IJ");
    method(ij, "error", "java.lang.String", "java.lang.String")
        .insertBefore("if (macroInterpreter == null) " + HOOKS + "error($1, $2);");
    // At its end, when the trace is in the log.
    method(ij, "handleException", "java.lang.Throwable")
        .insertAfter(HOOKS + "handled($1);");

    CtClass executer = pool.get("ij.Executer");
    CtClass throwable = pool.get("java.lang.Throwable");
    method(executer, "runCommand", "java.lang.String")
        .addCatch("{ " + HOOKS + "thrown($e); throw $e; }", throwable);

    CtClass functions = pool.get("ij.macro.Functions");
    method(functions, "exit").instrument(replacing("showMessage", HOOKS + "exit($2); $proceed($$);"));
    method(functions, "call").instrument(replacing("log", HOOKS + "error(null, $1); $proceed($$);"));
    method(functions, "getRT", "java.lang.String")
        .insertBefore(
            "if (interp.applyMacroTable == null) {"
                + " ij.measure.ResultsTable known = " + HOOKS + "table($1);"
                + " if (known != null) { currentTable = known; return known; } }");

    CtClass table = pool.get("ij.measure.ResultsTable");
    method(table, "show", "java.lang.String").insertBefore(HOOKS + "shown(this, $1);");
    method(table, "getResultsTable", "java.lang.String")
        .insertBefore(
            "ij.measure.ResultsTable known = " + HOOKS + "table($1);"
                + " if (known != null) return known;");

    // Aborted macros stop in an endless loop without a statement, too.
    CtClass interpreter = pool.get("ij.macro.Interpreter");
    method(interpreter, "getToken").insertBefore("if (done) " + HOOKS + "stopIfAborted();");

    for (CtClass changed : new CtClass[] {ij, executer, functions, table, interpreter}) {
      classes.put(changed.getName().replace('.', '/') + ".class", changed.toBytecode());
    }
  }

  private static CtMethod method(CtClass owner, String name, String... parameters)
      throws NotFoundException {
    CtClass[] types = new CtClass[parameters.length];
    for (int index = 0; index < types.length; index++) {
      types[index] = owner.getClassPool().get(parameters[index]);
    }
    return owner.getDeclaredMethod(name, types);
  }

  private static ExprEditor replacing(String name, String code) {
    return new ExprEditor() {
      @Override
      public void edit(MethodCall call) throws CannotCompileException {
        if (call.getMethodName().equals(name)) {
          call.replace("{ " + code + " }");
        }
      }
    };
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
