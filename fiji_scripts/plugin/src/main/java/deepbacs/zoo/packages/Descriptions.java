package deepbacs.zoo.packages;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The description among the files of a package. */
final class Descriptions {

  private static final List<String> NAMES =
      Arrays.asList("rdf.yaml", "bioimageio.yaml", "model.yaml");
  /** In lower case, as in Python (files/names.py). */
  private static final List<String> SYSTEM_FILES =
      Arrays.asList(
          "__macosx",
          "thumbs.db",
          "ehthumbs.db",
          "desktop.ini",
          "@eadir",
          "#recycle",
          "@recycle",
          "@recently-snapshot",
          "$recycle.bin",
          "system volume information",
          "network trash folder",
          "temporary items",
          "lost+found",
          "icon\r");
  private static final int MOST_NAMED = 5;

  private Descriptions() {}

  /**
   * The name of the description: at the top, or in the folder around everything.
   *
   * @throws ZooException PACKAGE: there is none, or more than one
   */
  static String find(List<String> names, String where) {
    List<String> own = new ArrayList<>();
    Map<String, List<String>> byFolder = new LinkedHashMap<>();
    for (String name : names) {
      if (!isSystemFile(name)) {
        own.add(name);
        int slash = name.lastIndexOf('/') + 1;
        if (isDescription(name.substring(slash))) {
          byFolder
              .computeIfAbsent(name.substring(0, slash), key -> new ArrayList<>())
              .add(name.substring(slash));
        }
      }
    }
    if (byFolder.isEmpty()) {
      throw none(own, where);
    }
    long depth = byFolder.keySet().stream().mapToLong(Descriptions::depth).min().getAsLong();
    List<String> folders = new ArrayList<>();
    for (String folder : byFolder.keySet()) {
      if (depth(folder) == depth) {
        folders.add(folder);
      }
    }
    if (folders.size() > 1) {
      throw new ZooException(
          Kind.PACKAGE,
          where,
          "there are several packages in this zip",
          folders.stream()
              .map(folder -> folder.substring(0, folder.length() - 1))
              .collect(Collectors.joining(", ")),
          "one package",
          "unpack the zip and give the folder of one package");
    }
    return folders.get(0) + first(byFolder.get(folders.get(0)), where);
  }

  static boolean isDescription(String name) {
    return NAMES.contains(name) || isDotted(name);
  }

  private static long depth(String folder) {
    return folder.chars().filter(each -> each == '/').count();
  }

  private static String first(List<String> names, String where) {
    for (String name : NAMES) {
      if (names.contains(name)) {
        return name;
      }
    }
    if (names.size() > 1) {
      throw new ZooException(
          Kind.PACKAGE,
          where,
          "there are two descriptions",
          names.stream().sorted().collect(Collectors.joining(", ")),
          "one of " + String.join(", ", NAMES),
          "give the path of a bioimage.io package, or of its description itself");
    }
    return names.get(0);
  }

  private static ZooException none(List<String> names, String where) {
    boolean zip = names.size() == 1 && lower(names.get(0)).endsWith(".zip");
    String texts =
        names.stream()
            .filter(name -> lower(name).endsWith(".yaml") || lower(name).endsWith(".yml"))
            .sorted()
            .limit(MOST_NAMED)
            .collect(Collectors.joining(", "));
    String found = texts.isEmpty() ? null : texts;
    return new ZooException(
        Kind.PACKAGE,
        where,
        "there is no description in this package",
        zip ? "it holds another zip, " + names.get(0) : found,
        "one of " + String.join(", ", NAMES),
        zip
            ? "unpack it and give the zip inside"
            : "give the path of a bioimage.io package, or of its description itself");
  }

  /** Whether this is {@code anything.rdf.yaml} or the like, which the specification reads too. */
  private static boolean isDotted(String name) {
    for (String ending : NAMES) {
      if (name.endsWith("." + ending)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a file, or a folder that it lies in, is one that a system leaves. */
  private static boolean isSystemFile(String name) {
    for (String part : name.split("/")) {
      if (part.startsWith(".") || part.startsWith("~$") || SYSTEM_FILES.contains(lower(part))) {
        return true;
      }
    }
    return false;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
