package deepbacs.zoo.tests;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import ij.ImagePlus;
import ij.gui.Arrow;
import ij.gui.EllipseRoi;
import ij.gui.ImageRoi;
import ij.gui.Line;
import ij.gui.OvalRoi;
import ij.gui.PointRoi;
import ij.gui.PolygonRoi;
import ij.gui.Roi;
import ij.gui.RotatedRectRoi;
import ij.gui.ShapeRoi;
import ij.gui.TextRoi;
import ij.io.RoiDecoder;
import ij.io.RoiEncoder;
import ij.plugin.RoiEnlarger;
import ij.plugin.RoiRotator;
import ij.plugin.RoiScaler;
import ij.process.ByteProcessor;
import ij.process.ImageProcessor;
import ij.process.ImageStatistics;
import java.awt.Color;
import java.awt.Font;
import java.awt.Rectangle;
import java.awt.geom.Ellipse2D;
import java.awt.geom.GeneralPath;
import java.io.UnsupportedEncodingException;
import java.util.Base64;

/**
 * ROIs as ImageJ has them: drawn and saved ({@code draw}), or opened and filled ({@code fill}).
 *
 * <p>A drawing is {@code {"type", "numbers", "options"}}, its answer the file in base 64. A file is
 * {@code {"roi", "width", "height"}}, its answer the number of pixels that ImageJ's statistics
 * count, and these as pairs of a first index and a length, and whether the ROI is an area.
 */
public final class RoisTest {

  private RoisTest() {}

  public static void main(String[] arguments) throws UnsupportedEncodingException {
    JsonArray answers = new JsonArray();
    for (JsonElement each : Json.request().getAsJsonArray()) {
      JsonObject request = each.getAsJsonObject();
      answers.add("draw".equals(arguments[0]) ? drawn(request) : filled(request));
    }
    Json.answer(answers);
  }

  private static JsonElement drawn(JsonObject request) {
    Roi roi = roi(request.get("type").getAsString(), doubles(request.getAsJsonArray("numbers")));
    JsonObject options = request.getAsJsonObject("options");
    roi = changed(roi, options);
    set(roi, options);
    JsonObject answer = new JsonObject();
    answer.addProperty(
        "roi", Base64.getEncoder().encodeToString(RoiEncoder.saveAsByteArray(roi)));
    return answer;
  }

  private static Roi roi(String type, double... n) {
    switch (type) {
      case "rectangle":
        return new Roi((int) n[0], (int) n[1], (int) n[2], (int) n[3]);
      case "sub-pixel rectangle":
        return new Roi(n[0], n[1], n[2], n[3]);
      case "rounded rectangle":
        return new Roi((int) n[0], (int) n[1], (int) n[2], (int) n[3], (int) n[4]);
      case "sub-pixel rounded rectangle":
        return new Roi(n[0], n[1], n[2], n[3], (int) n[4]);
      case "oval":
        return new OvalRoi((int) n[0], (int) n[1], (int) n[2], (int) n[3]);
      case "sub-pixel oval":
        return new OvalRoi(n[0], n[1], n[2], n[3]);
      case "ellipse":
        return new EllipseRoi(n[0], n[1], n[2], n[3], n[4]);
      case "rotated rectangle":
        return new RotatedRectRoi(n[0], n[1], n[2], n[3], n[4]);
      case "line":
        return new Line(n[0], n[1], n[2], n[3]);
      case "arrow":
        return new Arrow(n[0], n[1], n[2], n[3]);
      case "text":
        return new TextRoi(n[0], n[1], "cell 1", new Font("SansSerif", Font.PLAIN, 9));
      case "image":
        return new ImageRoi((int) n[0], (int) n[1], new ByteProcessor((int) n[2], (int) n[3]));
      case "composite of shapes":
        return new ShapeRoi(new Ellipse2D.Double(n[0], n[1], n[2], n[3]))
            .xor(new ShapeRoi(new Ellipse2D.Double(n[4], n[5], n[6], n[7])));
      case "composite of ovals":
        return new ShapeRoi(new OvalRoi(n[0], n[1], n[2], n[3]))
            .xor(new ShapeRoi(new OvalRoi(n[4], n[5], n[6], n[7])));
      case "composite of polygons":
        return new ShapeRoi(pointed(Roi.POLYGON, n, 0, 4))
            .or(new ShapeRoi(pointed(Roi.FREEROI, n, 8, n.length / 2 - 4)));
      case "path":
        return new ShapeRoi(path(n));
      default:
        return pointed(type, n);
    }
  }

  private static Roi pointed(String type, double... n) {
    boolean isWhole = !type.startsWith("sub-pixel ");
    String[] types = {
      "polygon", "freehand", "traced", "segmented line", "freehand line", "angle", "point"
    };
    int[] numbers = {
      Roi.POLYGON, Roi.FREEROI, Roi.TRACED_ROI, Roi.POLYLINE, Roi.FREELINE, Roi.ANGLE, Roi.POINT
    };
    for (int at = 0; at < types.length; at++) {
      if (types[at].equals(type.replace("sub-pixel ", ""))) {
        PolygonRoi found = pointed(numbers[at], n, 0, n.length / 2);
        if (numbers[at] == Roi.POINT) {
          return new PointRoi(found.getFloatPolygon());
        }
        return isWhole ? found : fine(numbers[at], n);
      }
    }
    throw new IllegalArgumentException(type);
  }

  private static PolygonRoi pointed(int type, double[] n, int from, int count) {
    int[] x = new int[count];
    int[] y = new int[count];
    for (int at = 0; at < count; at++) {
      x[at] = (int) n[from + 2 * at];
      y[at] = (int) n[from + 2 * at + 1];
    }
    return new PolygonRoi(x, y, count, type);
  }

  private static PolygonRoi fine(int type, double... n) {
    float[] x = new float[n.length / 2];
    float[] y = new float[n.length / 2];
    for (int at = 0; at < x.length; at++) {
      x[at] = (float) n[2 * at];
      y[at] = (float) n[2 * at + 1];
    }
    return new PolygonRoi(x, y, x.length, type);
  }

  /** A closed path of one quadratic and one cubic curve, and an open line. */
  private static GeneralPath path(double... n) {
    GeneralPath path = new GeneralPath(GeneralPath.WIND_EVEN_ODD);
    path.moveTo(n[0], n[1]);
    path.quadTo(n[2], n[3], n[4], n[5]);
    path.curveTo(n[6], n[7], n[8], n[9], n[10], n[11]);
    path.closePath();
    path.moveTo(n[12], n[13]);
    path.lineTo(n[14], n[15]);
    path.lineTo(n[16], n[17]);
    return path;
  }

  /** The ROI after commands of the menu Edit › Selection. */
  private static Roi changed(Roi roi, JsonObject options) {
    Roi found = roi;
    if (options.has("spline")) {
      ((PolygonRoi) found).fitSpline();
    }
    if (options.has("rotate")) {
      found = RoiRotator.rotate(found, options.get("rotate").getAsDouble());
    }
    if (options.has("scale")) {
      double factor = options.get("scale").getAsDouble();
      found.setImage(new ImagePlus("", new ByteProcessor(90, 80)));
      found = RoiScaler.scale(found, factor, factor, true);
    }
    if (options.has("enlarge")) {
      found = RoiEnlarger.enlarge(found, options.get("enlarge").getAsDouble());
    }
    if (options.has("hull")) {
      found = new PolygonRoi(found.getFloatConvexHull(), Roi.POLYGON);
    }
    if (options.has("interpolate")) {
      found =
          new PolygonRoi(
              found.getInterpolatedPolygon(options.get("interpolate").getAsDouble(), false),
              Roi.FREEROI);
    }
    if (options.has("inverse")) {
      found = found.getInverse(new ImagePlus("", new ByteProcessor(90, 80)));
    }
    if (options.has("move")) {
      double[] by = doubles(options.getAsJsonArray("move"));
      found.translate(by[0], by[1]);
    }
    return found;
  }

  private static void set(Roi roi, JsonObject options) {
    if (options.has("name")) {
      roi.setName(options.get("name").getAsString());
    }
    if (options.has("stroke")) {
      roi.setStrokeWidth(options.get("stroke").getAsDouble());
      roi.setStrokeColor(Color.magenta);
    }
    if (options.has("fill")) {
      roi.setFillColor(new Color(0x80ff0000, true));
    }
    if (options.has("group")) {
      roi.setGroup(options.get("group").getAsInt());
    }
    if (options.has("properties")) {
      roi.setProperty("class", options.get("properties").getAsString());
    }
    if (options.has("antialias")) {
      roi.setAntiAlias(true);
    }
    if (options.has("plane")) {
      roi.setPosition(options.get("plane").getAsInt());
    }
    if (options.has("position")) {
      double[] n = doubles(options.getAsJsonArray("position"));
      roi.setPosition((int) n[0], (int) n[1], (int) n[2]);
    }
  }

  private static double[] doubles(JsonArray values) {
    double[] found = new double[values.size()];
    for (int at = 0; at < found.length; at++) {
      found[at] = values.get(at).getAsDouble();
    }
    return found;
  }

  private static JsonObject filled(JsonObject request) {
    JsonObject answer = new JsonObject();
    Roi roi;
    try {
      roi =
          RoiDecoder.openFromByteArray(
              Base64.getDecoder().decode(request.get("roi").getAsString()));
    } catch (RuntimeException damaged) { // an index beyond the file's end
      roi = null;
    }
    answer.addProperty("opens", roi != null);
    if (roi != null) {
      int width = request.get("width").getAsInt();
      int height = request.get("height").getAsInt();
      fill(answer, roi, width, height);
    }
    return answer;
  }

  private static void fill(JsonObject answer, Roi roi, int width, int height) {
    ImagePlus image = new ImagePlus("", new ByteProcessor(width, height));
    image.setRoi(roi);
    ImageStatistics statistics = image.getStatistics();
    ImageProcessor processor = image.getProcessor();
    Rectangle place = processor.getRoi();
    answer.addProperty("type", roi.getTypeAsString());
    answer.addProperty("area", roi.isArea());
    // Statistics of a ROI outside are those of the whole image.
    boolean isInside = roi.getBounds().intersects(new Rectangle(width, height));
    answer.addProperty("count", isInside ? statistics.pixelCount : 0);
    answer.addProperty("name", roi.getName());
    JsonArray position = new JsonArray();
    position.add(roi.getPosition());
    position.add(roi.getCPosition());
    position.add(roi.hasHyperStackPosition() ? roi.getZPosition() : 0);
    position.add(roi.getTPosition());
    answer.add("position", position);
    answer.add(
        "runs", isInside ? runs(place, processor.getMaskArray(), width) : new JsonArray());
  }

  private static JsonArray runs(Rectangle place, byte[] mask, int width) {
    JsonArray runs = new JsonArray();
    for (int row = 0; row < place.height; row++) {
      for (int begin = 0; begin < place.width; begin++) {
        int end = begin;
        while (end < place.width && (mask == null || mask[row * place.width + end] != 0)) {
          end++;
        }
        if (end > begin) {
          runs.add((place.y + row) * width + place.x + begin);
          runs.add(end - begin);
          begin = end;
        }
      }
    }
    return runs;
  }
}
