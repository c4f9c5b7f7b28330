package deepbacs.zoo.packages;

import deepbacs.zoo.errors.PythonText;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.findings.Finding.Severity;
import deepbacs.zoo.findings.Rule;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Statements of a description about itself: its format, its version, its id. */
final class Header {

  private static final Pattern VERSION =
      Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4})(?:\\.([0-9]{1,4}))?");

  private static final String ALLOWED = "three numbers with points between, such as 0.5.10";
  private static final int NEWEST_READ = 5;
  private static final int OLDEST_CONVERTED = 3;
  private static final String CONVERT =
      "with bioimageio.core 0.11.0: bioimageio update-format rdf.yaml";

  /** The newest format whose changes were looked through; newer 0.5 is read as this one. */
  private static final int[] NEWEST_KNOWN = {0, 5, 14};

  private static final Rule NEWER_FORMAT =
      new Rule("newer-description-format", Severity.INFO);

  private static final int[] OWN_ID_SINCE = {0, 4, 10};

  private Header() {}

  /**
   * The format of a model's description as three numbers.
   *
   * <p>The version counts first: what else a description must have depends on it.
   *
   * @throws ZooException UNSUPPORTED: not of a model, or of another format than 0.4 and 0.5;
   *     PACKAGE: the version is missing or has another form
   */
  static int[] format(Field root) {
    Field stated = root.find("type");
    if (stated != null && !"model".equals(stated.value)) {
      throw stated.wrong(
          Kind.UNSUPPORTED,
          "model",
          "this is the description of something else than a model",
          "give the package of a model");
    }
    Field field = root.find("format_version");
    if (field == null) {
      throw root.at("format_version", null).wrong(ALLOWED, "this required field is missing");
    }
    boolean number = field.value instanceof Number;
    boolean scalar = number || field.value instanceof String || field.value instanceof Boolean;
    Matcher match = VERSION.matcher(scalar ? PythonText.str(field.value).trim() : "");
    if (!match.matches()) {
      throw malformed(field);
    }
    int major = Integer.parseInt(match.group(1));
    int minor = Integer.parseInt(match.group(2));
    if (major != 0 || minor != 4 && minor != 5) {
      throw field.wrong(
          Kind.UNSUPPORTED,
          "0.4.x and 0.5.x",
          "this format of the description is not read here",
          advice(major, minor, stated != null));
    }
    if (match.group(3) == null || number) {
      throw malformed(field);
    }
    root.get("type");
    return new int[] {major, minor, Integer.parseInt(match.group(3))};
  }

  private static ZooException malformed(Field field) {
    return field.wrong(
        Kind.PACKAGE,
        ALLOWED,
        "this is no version of the format",
        "write all three numbers, or ask the author for a corrected package");
  }

  private static String advice(int major, int minor, boolean hasType) {
    if (major > 0 || minor > NEWEST_READ) {
      return "get a newer deepbacs_zoo";
    }
    if (minor < OLDEST_CONVERTED) {
      return "no program converts it: look for a newer version of the model, or describe it anew";
    }
    return (hasType ? "convert it " : "add 'type: model' and convert it ") + CONVERT;
  }

  static boolean isBefore(int[] number, int[] other) {
    for (int part = 0; part < number.length; part++) {
      if (number[part] != other[part]) {
        return number[part] < other[part];
      }
    }
    return false;
  }

  static String text(int[] number) {
    return number[0] + "." + number[1] + "." + number[2];
  }

  /** Observations about a format that is read. */
  static List<Finding> findings(int[] number) {
    if (!isBefore(NEWEST_KNOWN, number)) {
      return Collections.emptyList();
    }
    String known = text(NEWEST_KNOWN);
    return Collections.singletonList(
        NEWER_FORMAT.finding(
            "format_version",
            "the format "
                + text(number)
                + " is newer than those known here and is read as "
                + known,
            "up to " + known,
            "get a newer deepbacs_zoo if something is missing"));
  }

  /** {@code id}; before 0.4.10 the Zoo's name stood in {@code config.bioimageio.nickname}. */
  static String identifier(Field root, int[] number) {
    if (isBefore(number, OWN_ID_SINCE)) {
      Field place = root;
      for (String key : new String[] {"config", "bioimageio", "nickname"}) {
        place = place == null ? null : place.find(key);
      }
      if (place != null) {
        return place.text();
      }
    }
    Field stated = root.find("id");
    return stated == null ? null : stated.text();
  }
}
