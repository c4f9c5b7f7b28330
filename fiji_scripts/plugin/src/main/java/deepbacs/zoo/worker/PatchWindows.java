package deepbacs.zoo.worker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javassist.CannotCompileException;
import javassist.ClassPool;
import javassist.CtClass;
import javassist.CtMethod;
import javassist.NotFoundException;
import javassist.expr.ExprEditor;
import javassist.expr.MethodCall;

/** Windows and questions of ImageJ where there is no screen; see {@link Windows}. */
final class PatchWindows {

  private static final String WINDOWS = "deepbacs.zoo.worker.Windows.";
  private static final String TABLE = "ij.measure.ResultsTable";

  private PatchWindows() {}

  /** Changes the classes of a pool, and says which. */
  static List<CtClass> apply(ClassPool pool) throws NotFoundException, CannotCompileException {
    List<CtClass> changed = new ArrayList<>();
    changed.addAll(tables(pool));
    changed.addAll(titles(pool));
    changed.addAll(files(pool));
    changed.addAll(dialogs(pool));
    return changed;
  }

  /** Tables with names. */
  private static List<CtClass> tables(ClassPool pool)
      throws NotFoundException, CannotCompileException {
    CtClass functions = pool.get("ij.macro.Functions");
    method(functions, "getRT", "java.lang.String")
        .insertBefore(
            "if (interp.applyMacroTable == null) {"
                + " ij.measure.ResultsTable known = " + WINDOWS + "table($1);"
                + " if (known != null) { currentTable = known; return known; } }");
    CtClass table = pool.get(TABLE);
    method(table, "show", "java.lang.String").insertBefore(WINDOWS + "show(this, $1);");
    method(table, "getResultsTable", "java.lang.String")
        .insertBefore(
            "ij.measure.ResultsTable known = " + WINDOWS + "table($1);"
                + " if (known != null) return known;");
    // Without a window it takes all rows but the last for leftovers, and deletes them.
    CtClass analyzer = pool.get("ij.plugin.filter.Analyzer");
    method(analyzer, "displayResults").insertBefore("if (!ij.IJ.isResultsWindow()) return;");
    CtClass measurements = pool.get("ij.plugin.MeasurementsWriter");
    method(measurements, "save", "java.lang.String")
        .insertBefore("if (" + WINDOWS + "saveTable($1)) return true;");
    CtClass text = pool.get("ij.plugin.TextWriter");
    method(text, "saveText").insertBefore("if (" + WINDOWS + "saveText()) return;");
    return Arrays.asList(functions, table, analyzer, measurements, text);
  }

  /** What macros do to windows by their titles. */
  private static List<CtClass> titles(ClassPool pool)
      throws NotFoundException, CannotCompileException {
    CtClass ij = pool.get("ij.IJ");
    method(ij, "selectWindow", "java.lang.String")
        .insertBefore("if (" + WINDOWS + "select($1)) return;");
    method(ij, "renameResults", "java.lang.String")
        .insertBefore("if (" + WINDOWS + "rename(null, $1)) return;");
    method(ij, "renameResults", "java.lang.String", "java.lang.String")
        .insertBefore("if (" + WINDOWS + "rename($1, $2)) return;");
    method(ij, "log", "java.lang.String")
        .insertBefore("if (" + WINDOWS + "logged($1)) return;");
    method(ij, "getLog")
        .insertBefore("{ String lines = " + WINDOWS + "log(); if (lines != null) return lines; }");
    // A tool of a toolbar that is not there.
    method(ij, "setTool", "java.lang.String")
        .insertBefore("if (ij.gui.Toolbar.getInstance() == null) return true;");
    ij.getDeclaredMethod("setTool", new CtClass[] {CtClass.intType})
        .insertBefore("if (ij.gui.Toolbar.getInstance() == null) return;");

    CtClass manager = pool.get("ij.WindowManager");
    method(manager, "getNonImageTitles")
        .insertBefore(
            "{ String[] known = " + WINDOWS + "titles(); if (known != null) return known; }");
    CtClass commands = pool.get("ij.plugin.Commands");
    method(commands, "close").insertBefore("if (" + WINDOWS + "closeFront()) return;");
    CtClass functions = pool.get("ij.macro.Functions");
    method(functions, "isOpen", "java.lang.String")
        .insertBefore("if (" + WINDOWS + "isOpen($1)) return true;");
    method(functions, "close")
        .instrument(replacing("getString", "$_ = $proceed($$); " + WINDOWS + "close($_);"));
    CtClass interpreter = pool.get("ij.macro.Interpreter");
    for (String name : new String[] {"activateImage", "addBatchModeImage"}) {
      method(interpreter, name, "ij.ImagePlus").insertBefore(WINDOWS + "imageSelected();");
    }
    return Arrays.asList(ij, manager, commands, functions, interpreter);
  }

  /** Choices of files and folders, and what a macro does to folders without looking at the result. */
  private static List<CtClass> files(ClassPool pool)
      throws NotFoundException, CannotCompileException {
    CtClass folder = pool.get("ij.io.DirectoryChooser");
    String[] choosers = {
      "getDirectoryUsingJFileChooser",
      "getDirectoryUsingJFileChooserOnThisThread",
      "getDirectoryUsingFileDialog"
    };
    for (String name : choosers) {
      method(folder, name, "java.lang.String").setBody(asks("$1"));
    }
    List<CtClass> changed = new ArrayList<>();
    changed.add(folder);
    for (String name : new String[] {"ij.io.OpenDialog", "ij.io.SaveDialog"}) {
      CtClass dialog = pool.get(name);
      for (CtMethod method : dialog.getDeclaredMethods()) {
        boolean opens = method.getName().matches("jOpen|open|jSave|save");
        if (opens && method.getParameterTypes().length == 3) {
          method.setBody(asks("$1"));
        }
      }
      changed.add(dialog);
    }
    CtClass functions = pool.get("ij.macro.Functions");
    method(functions, "getFileList")
        .instrument(
            replacing(
                "exists",
                "$_ = $0.isDirectory(); if (!$_) interp.error(\"There is no folder \" + $0);"));
    method(functions, "doFile")
        .instrument(
            replacing(
                "mkdir",
                "$_ = $proceed($$);"
                    + " if (!$0.isDirectory()) interp.error(\"Cannot make the folder \" + $0);"));
    changed.add(functions);
    changed.add(questionsOfFiji(pool));
    return changed;
  }

  /**
   * A choice of files that imagej-legacy, where it is, offers in place of ImageJ's own: without a
   * screen it ends without a word and without a file, also where the options name one.
   */
  private static CtClass questionsOfFiji(ClassPool pool)
      throws NotFoundException, CannotCompileException {
    CtClass ij = pool.get("ij.IJ");
    method(ij, "open", "java.lang.String")
        .instrument(replacing("interceptFileOpen", "$_ = $1 == null ? null : $proceed($$);"));
    String unlessItOpens = "$_ = \"ij.plugin.Commands\".equals($1) ? null : $proceed($$);";
    String text = "java.lang.String";
    method(ij, "runPlugIn", text, text, text)
        .instrument(replacing("interceptRunPlugIn", unlessItOpens));
    return ij;
  }

  /** The body of a method that would open a window to ask. */
  private static String asks(String title) {
    return "{ throw new java.awt.HeadlessException(" + title + "); }";
  }

  /** Dialogs that do not wait are broken by the patcher, even with all their options given. */
  private static List<CtClass> dialogs(ClassPool pool)
      throws NotFoundException, CannotCompileException {
    CtClass dialog = pool.get("ij.gui.NonBlockingGenericDialog");
    method(dialog, "showDialog").setBody("{ super.showDialog(); }");
    method(dialog, "dispose").setBody("{ super.dispose(); }");
    method(dialog, "windowActivated", "java.awt.event.WindowEvent").setBody("{ }");
    return Arrays.asList(dialog);
  }

  static CtMethod method(CtClass owner, String name, String... parameters)
      throws NotFoundException {
    CtClass[] types = new CtClass[parameters.length];
    for (int index = 0; index < types.length; index++) {
      types[index] = owner.getClassPool().get(parameters[index]);
    }
    return owner.getDeclaredMethod(name, types);
  }

  static ExprEditor replacing(String name, String code) {
    return new ExprEditor() {
      @Override
      public void edit(MethodCall call) throws CannotCompileException {
        if (call.getMethodName().equals(name)) {
          call.replace("{ " + code + " }");
        }
      }
    };
  }
}
