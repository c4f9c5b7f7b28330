package deepbacs.zoo.images;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Units of length and time as ImageJ, OME and people write them.
 *
 * <p>Capitals count in OME's symbols alone: its {@code Mm} is a megameter, a person's a millimeter.
 */
public final class Units {

  /** Symbol, name and power of ten; the prefixes of the International System. */
  private static final String[][] PREFIXES = {
    {"Y", "yotta", "24"}, {"Z", "zetta", "21"}, {"E", "exa", "18"}, {"P", "peta", "15"},
    {"T", "tera", "12"}, {"G", "giga", "9"}, {"M", "mega", "6"}, {"k", "kilo", "3"},
    {"h", "hecto", "2"}, {"da", "deca", "1"}, {"", "", "0"}, {"d", "deci", "-1"},
    {"c", "centi", "-2"}, {"m", "milli", "-3"}, {"\u03bc", "micro", "-6"}, {"u", "micro", "-6"},
    {"n", "nano", "-9"}, {"p", "pico", "-12"}, {"f", "femto", "-15"}, {"a", "atto", "-18"},
    {"z", "zepto", "-21"}, {"y", "yocto", "-24"}
  };

  /** Power of ten above which a prefix differs from a smaller one by its capital alone. */
  private static final int LARGEST_SMALL = 3;

  private static final List<String> METERS = Arrays.asList("meter", "meters", "metre", "metres");
  private static final List<String> SECOND_NAMES =
      Arrays.asList("sec", "secs", "second", "seconds");
  private static final int MICROMETER = -6;
  static final double INCH = 25400;
  private static final List<String> INDICES =
      Arrays.asList(
          "", "pixel", "pixels", "px", "pix", "voxel", "voxels", "frame", "frames",
          "referenceframe", "none", "null", "n/a");

  private static final Pattern ESCAPE = Pattern.compile("\\\\u([0-9a-fA-F]{4})");
  private static final Pattern PER_PIXEL =
      Pattern.compile(
          "(/|\\bper\\b)\\s*(pixels?|px|pix|voxels?|frames?)$", Pattern.CASE_INSENSITIVE);
  private static final int LONGEST = 40;

  private static final Map<String, Double> OME_LENGTHS = new HashMap<>();
  private static final Map<String, Double> OME_TIMES = new HashMap<>();
  private static final Map<String, Double> LENGTHS = new HashMap<>();
  private static final Map<String, Double> TIMES = new HashMap<>();

  static {
    addPowers(OME_LENGTHS, LENGTHS, "m", METERS, MICROMETER);
    addPowers(OME_TIMES, TIMES, "s", SECOND_NAMES, 0);
    add(LENGTHS, 1.0, "micron microns \u03bc mu");
    add(
        LENGTHS,
        1e-4,
        "\u00e5 \u00e5ngstr\u00f6m \u00e5ngstr\u00f6ms \u00e5ngstrom \u00e5ngstroms"
            + " angstr\u00f6m angstr\u00f6ms angstrom angstroms");
    add(LENGTHS, INCH, "in inch inches");
    add(LENGTHS, INCH / 1000, "thou mil mils");
    add(LENGTHS, INCH / 12, "li line lines");
    add(LENGTHS, INCH / 72, "pt point points");
    add(LENGTHS, 12 * INCH, "ft foot feet");
    add(LENGTHS, 36 * INCH, "yd yard yards");
    add(LENGTHS, 63360 * INCH, "mi mile miles");
    add(LENGTHS, 1.495978707e17, "ua au");
    add(LENGTHS, 9.4607304725808e21, "ly");
    add(LENGTHS, 3.0856775814913673e22, "pc parsec parsecs");
    add(TIMES, 60.0, "min mins minute minutes");
    add(TIMES, 3600.0, "h hr hrs hour hours");
    add(TIMES, 86400.0, "d day days");
  }

  private Units() {}

  private static void add(Map<String, Double> table, double factor, String names) {
    for (String name : names.split(" ")) {
      table.put(name, factor);
    }
  }

  /** Adds the names of a unit of the International System with all prefixes. */
  private static void addPowers(
      Map<String, Double> ome,
      Map<String, Double> names,
      String base,
      List<String> words,
      int unit) {
    for (String[] prefix : PREFIXES) {
      int power = Integer.parseInt(prefix[2]);
      double factor = Double.parseDouble("1e" + (power - unit));
      ome.put(prefix[0] + base, factor);
      if (power <= LARGEST_SMALL) {
        names.put(prefix[0] + base, factor);
      }
      for (String word : words) {
        names.put(prefix[1] + word, factor);
        if (base.equals("s") && power <= LARGEST_SMALL) {
          names.put(prefix[0] + word, factor);
        }
      }
    }
  }

  /**
   * Micrometers in one of a unit, or NaN where it is no unit of length.
   *
   * @param ome true for the symbols of OME, in which capitals count
   */
  static double micrometers(String unit, boolean ome) {
    return lookUp(unit, ome ? OME_LENGTHS : Collections.emptyMap(), LENGTHS);
  }

  /** Seconds in one of a unit, or NaN where it is no unit of time; see {@link #micrometers}. */
  public static double seconds(String unit, boolean ome) {
    return lookUp(unit, ome ? OME_TIMES : Collections.emptyMap(), TIMES);
  }

  /** True if a unit says that positions are counted and not measured. */
  static boolean isIndex(String unit) {
    return INDICES.contains(bare(unit).toLowerCase(Locale.ROOT));
  }

  /** A unit as a message shows it: with the characters that ImageJ escapes, and short. */
  static String plain(String unit) {
    String text = unescaped(unit).trim();
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "\u2026";
  }

  private static double lookUp(
      String unit, Map<String, Double> exact, Map<String, Double> names) {
    String bare = bare(unit);
    Double found = exact.get(bare);
    found = found == null ? names.get(bare.toLowerCase(Locale.ROOT)) : found;
    return found == null ? Double.NaN : found;
  }

  /** A unit without brackets, blanks, "per pixel", and forms of the same character. */
  private static String bare(String unit) {
    // NFKC makes the micro sign a Greek mu and the Angstrom sign an A with a ring.
    String text = Normalizer.normalize(unescaped(unit), Normalizer.Form.NFKC).trim();
    text = text.replaceAll("^[\\[\\](){}\"']+|[\\[\\](){}\"']+$", "").trim();
    // A mu of UTF-8 that was read as Latin-1 has an A before it.
    text = PER_PIXEL.matcher(text).replaceFirst("").replace("\u00c2\u03bc", "\u03bc");
    return text.replaceAll("[\\s_-]", "").replaceAll("\\.+$", "");
  }

  /** ImageJ writes characters beyond Latin-1 as a backslash, a u and four digits. */
  private static String unescaped(String unit) {
    Matcher found = ESCAPE.matcher(unit == null ? "" : unit);
    StringBuffer text = new StringBuffer();
    while (found.find()) {
      String character = String.valueOf((char) Integer.parseInt(found.group(1), 16));
      found.appendReplacement(text, Matcher.quoteReplacement(character));
    }
    return found.appendTail(text).toString();
  }

  /** The number if it is positive and finite, else NaN. */
  public static double positive(double number) {
    return number > 0 && !Double.isInfinite(number) ? number : Double.NaN;
  }

  /** The number in a text if it is positive and finite, else NaN; the text may be null. */
  static double positive(String text) {
    try {
      return text == null ? Double.NaN : positive(Double.parseDouble(text.trim()));
    } catch (NumberFormatException error) {
      return Double.NaN;
    }
  }
}
