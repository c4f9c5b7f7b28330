package deepbacs.zoo.worker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javassist.CannotCompileException;
import javassist.ClassPool;
import javassist.CtClass;
import javassist.NotFoundException;
import javassist.expr.ExprEditor;
import javassist.expr.MethodCall;
import javassist.expr.NewExpr;

/**
 * The ROI manager of ImageJ without its window.
 *
 * <p>It becomes a {@link HeadlessFrame}, since Java makes no frame without a screen. All that works
 * on regions remains ImageJ's own code. There is one manager, as if its window were open: macros, the
 * macros that they run and plugins see the same regions, in batch mode too.
 */
final class PatchRoiManager {

  private static final String MANAGER = "ij.plugin.frame.RoiManager";
  private static final String FRAME = "deepbacs.zoo.worker.HeadlessFrame";
  private static final String OPEN = MANAGER + ".getRoiManager()";

  private PatchRoiManager() {}

  /** Changes the classes of a pool, and says which. */
  static List<CtClass> apply(ClassPool pool) throws NotFoundException, CannotCompileException {
    List<CtClass> changed = new ArrayList<>(commands(pool));
    changed.addAll(Arrays.asList(manager(pool), functions(pool), interpreter(pool)));
    return changed;
  }

  private static CtClass manager(ClassPool pool) throws NotFoundException, CannotCompileException {
    CtClass manager = pool.get(MANAGER);
    manager
        .getDeclaredMethod("showWindow")
        .setBody(
            "{ listModel = new javax.swing.DefaultListModel(); list.setModel(listModel);"
                + " list.addListSelectionListener($0); }");
    // IJ.error() is an error for whoever runs the macro.
    manager
        .getDeclaredMethod("error")
        .setBody("{ ij.IJ.error(\"ROI Manager\", $1); ij.Macro.abort(); return false; }");
    manager.instrument(
        new ExprEditor() {
          @Override
          public void edit(MethodCall call) throws CannotCompileException {
            if (call.getMethodName().equals("toFront")) {
              call.replace(";"); // takes a frame
            } else if (call.getMethodName().equals("isDispatchThread")) {
              // Otherwise exceptions on the thread of events are lost.
              call.replace("$_ = true;");
            } else if (call.getMethodName().equals("getBatchModeRoiManager")) {
              call.replace("$_ = null;"); // in the constructor, and where there is none yet
            } else if (call.getMethodName().equals("saveLocation")) {
              call.replace(";");
            }
          }

          @Override
          public void edit(NewExpr made) throws CannotCompileException {
            if (made.getClassName().equals("ij.gui.YesNoCancelDialog")) {
              made.replace("$_ = new ij.gui.YesNoCancelDialog((java.awt.Frame) null, $2, $3);");
            }
          }
        });
    manager
        .getDeclaredMethod("getInstance")
        .setBody("{ return instance == null && ij.IJ.isMacro() ? " + OPEN + " : "
            + "(" + MANAGER + ") instance; }");
    manager.getDeclaredMethod("getInstance2").setBody("{ return " + OPEN + "; }");
    manager.replaceClassName("java.awt.Checkbox", FRAME + "$Box");
    manager.replaceClassName("ij.plugin.frame.PlugInFrame", FRAME);
    manager.replaceClassName("java.awt.Frame", FRAME);
    manager.setSuperclass(pool.get(FRAME));
    return manager;
  }

  /** A macro's {@code roiManager()} leaves it unsaid that a file could not be read or written. */
  private static CtClass functions(ClassPool pool)
      throws NotFoundException, CannotCompileException {
    CtClass functions = pool.get("ij.macro.Functions");
    functions
        .getDeclaredMethod("roiManager")
        .instrument(
            new ExprEditor() {
              @Override
              public void edit(MethodCall call) throws CannotCompileException {
                if (call.getMethodName().equals("runCommand")
                    && call.getSignature().equals("(Ljava/lang/String;Ljava/lang/String;)Z")) {
                  call.replace(
                      "{ $_ = $proceed($$); if (!$_) interp.error("
                          + MANAGER + ".getErrorMessage() == null"
                          + " ? \"Invalid ROI Manager command\" : "
                          + MANAGER + ".getErrorMessage()); }");
                }
              }
            });
    return functions;
  }

  private static CtClass interpreter(ClassPool pool)
      throws NotFoundException, CannotCompileException {
    CtClass interpreter = pool.get("ij.macro.Interpreter");
    interpreter
        .getDeclaredMethod("getBatchModeRoiManager")
        .setBody("{ return getInstance() == null ? null : " + OPEN + "; }");
    interpreter.getDeclaredMethod("isBatchModeRoiManager").setBody("{ return false; }");
    return interpreter;
  }

  /** Commands that look for the manager among the windows. */
  private static List<CtClass> commands(ClassPool pool)
      throws NotFoundException, CannotCompileException {
    CtClass particles = pool.get("ij.plugin.filter.ParticleAnalyzer");
    particles
        .getDeclaredMethod("addToRoiManager")
        .insertBefore(
            "if (roiManager == null) { roiManager = " + OPEN + ";"
                + " if (resetCounter) roiManager.runCommand(\"reset\"); }");
    CtClass selection = pool.get("ij.plugin.Selection");
    selection
        .getDeclaredMethod("addToRoiManager")
        .setBody("{ if ($1 != null && $1.getRoi() != null) " + OPEN + ".runCommand($1, \"add\"); }");
    return Arrays.asList(particles, selection);
  }
}
