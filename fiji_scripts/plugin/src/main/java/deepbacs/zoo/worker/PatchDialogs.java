package deepbacs.zoo.worker;

import static deepbacs.zoo.worker.PatchWindows.method;

import java.util.Arrays;
import java.util.List;
import javassist.CannotCompileException;
import javassist.ClassPool;
import javassist.CtClass;
import javassist.NotFoundException;

/**
 * Dialogs of the patcher that read the options of a command as ImageJ's own do; see {@link
 * DialogOptions}.
 *
 * <p>The patcher takes the first item for a choice that there is not, ignores the options for texts
 * of several lines and for files, and knows no variables.
 */
final class PatchDialogs {

  private static final String OPTIONS = "deepbacs.zoo.worker.DialogOptions.";
  private static final String TEXT = "java.lang.String";

  private PatchDialogs() {}

  /** Changes the classes of a pool, and says which. */
  static List<CtClass> apply(ClassPool pool) throws NotFoundException, CannotCompileException {
    CtClass dialog = pool.get("net.imagej.patcher.HeadlessGenericDialog");
    CtClass text = pool.get(TEXT);
    CtClass texts = pool.get(TEXT + "[]");
    dialog
        .getDeclaredMethod("getMacroParameter", new CtClass[] {text, CtClass.doubleType})
        .setBody("{ return " + OPTIONS + "number($1, $2); }");
    method(dialog, "getMacroParameter", TEXT, TEXT)
        .setBody("{ return " + OPTIONS + "text($1, $2); }");
    dialog
        .getDeclaredMethod("findBooleanMacroParameter")
        .insertBefore(OPTIONS + "asked($1);");
    dialog
        .getDeclaredMethod("addChoice", new CtClass[] {text, texts, text})
        .setBody(
            "{ String item = " + OPTIONS + "choice($1, $2, $3); choices.add(item);"
                + " choiceIndices.add(Integer.valueOf(java.util.Arrays.asList($2).indexOf(item))); }");
    dialog
        .getDeclaredMethod("getNextChoiceIndex")
        .insertBefore(
            "if (((Integer) choiceIndices.get(choiceIndex)).intValue() < 0) "
                + OPTIONS + "refuse((String) choices.get(choiceIndex));");
    dialog
        .getDeclaredMethod("addRadioButtonGroup")
        .setBody("{ radioButtons.add(" + OPTIONS + "choice($1, $2, $5)); }");
    dialog
        .getDeclaredMethod("addTextAreas")
        .setBody(
            "{ textArea1 = " + OPTIONS + "text(\"text1\", $1);"
                + " textArea2 = $2 == null ? null : " + OPTIONS + "text(\"text2\", $2); }");
    for (String name : new String[] {"addFileField", "addDirectoryField"}) {
      method(dialog, name, TEXT, TEXT)
          .setBody("{ strings.add(" + OPTIONS + "text($1, $2)); }");
      dialog
          .getDeclaredMethod(name, new CtClass[] {text, text, CtClass.intType})
          .setBody("{ strings.add(" + OPTIONS + "text($1, $2)); }");
    }
    method(dialog, "addImageChoice", TEXT, TEXT)
        .setBody("{ addChoice($1, " + OPTIONS + "titles(), $2); }");
    dialog
        .getDeclaredMethod("getNextImage")
        .setBody(
            "{ getNextChoiceIndex(); choiceIndex--;"
                + " return ij.WindowManager.getImage(getNextChoice()); }");
    dialog.getDeclaredMethod("resetCounters").insertAfter("radioButtonIndex = 0;");

    CtClass macro = pool.get("ij.Macro");
    method(macro, "getValue", TEXT, TEXT, TEXT).insertBefore(OPTIONS + "asked($2);");
    CtClass executer = pool.get("ij.Executer");
    method(executer, "runCommand", TEXT).insertBefore(OPTIONS + "begin($1);");
    method(executer, "runCommand", TEXT)
        .insertAfter(OPTIONS + "end($1, ij.Macro.getOptions());");
    return Arrays.asList(dialog, macro, executer);
  }
}
