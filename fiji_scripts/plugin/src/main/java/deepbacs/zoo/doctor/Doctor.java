package deepbacs.zoo.doctor;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.PrintStream;

/**
 * Reports what works in this JVM: {@code deepbacs-zoo fiji doctor} starts it and reads its lines.
 *
 * <p>Each line is {@code name=ok text} or {@code name=error text}. Libraries are reached by their
 * names, so that one that is missing or broken is a line here instead of the end of the program.
 */
public final class Doctor {

  private Doctor() {}

  /** Something that gives a text, or fails in any way. */
  private interface Check {
    String run() throws Exception;
  }

  /**
   * Runs all checks; the exit status is 0 whatever they find.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    PrintStream out = System.out;
    System.setOut(System.err); // libraries may print what they like elsewhere
    report(out, "java", () -> System.getProperty("java.version"));
    report(out, "heap", () -> Long.toString(Runtime.getRuntime().maxMemory()));
    report(out, "fonts", Doctor::drawText);
    report(out, "imagej", () -> call("ij.ImageJ", "VERSION"));
    report(out, "onnxruntime", Doctor::engine);
    out.flush();
    // Native libraries may have left threads behind.
    Runtime.getRuntime().halt(0);
  }

  private static void report(PrintStream out, String name, Check check) {
    String line;
    try {
      line = "ok " + check.run();
    } catch (Throwable error) { // NoClassDefFoundError, UnsatisfiedLinkError, InternalError, ...
      Throwable cause = error;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      line = "error " + cause;
    }
    out.println(name + "=" + line.replace('\n', ' ').replace('\r', ' '));
  }

  /** Draws text as overlays and labels do; without fonts Java fails here, or draws nothing. */
  private static String drawText() {
    BufferedImage image = new BufferedImage(120, 30, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setColor(Color.WHITE);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 18));
    graphics.drawString("12 \u00b5m", 4, 22);
    String family = graphics.getFont().getFamily();
    graphics.dispose();
    int drawn = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        drawn += image.getRaster().getSample(x, y, 0) > 0 ? 1 : 0;
      }
    }
    if (drawn == 0) {
      throw new IllegalStateException("no pixel of a text was drawn");
    }
    return family;
  }

  private static String call(String type, String field) throws ReflectiveOperationException {
    // Not initialized: the class would look for a screen.
    ClassLoader loader = Doctor.class.getClassLoader();
    return String.valueOf(Class.forName(type, false, loader).getField(field).get(null));
  }

  private static String engine() throws ReflectiveOperationException {
    Class<?> type = Class.forName("ai.onnxruntime.OrtEnvironment");
    Object environment = type.getMethod("getEnvironment").invoke(null);
    return String.valueOf(type.getMethod("getVersion").invoke(environment));
  }
}
