package deepbacs.zoo.runner;

import ai.onnxruntime.OrtException;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.packages.ZooPackage;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.tensors.Weights;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The complaints of ONNX Runtime in one sentence each; they are known by their words alone. */
final class GraphErrors {

  private static final int LONGEST = 200;
  private static final String[] MEMORY = {
    "failed to allocate", "bad_alloc", "out of memory", "bad allocation"
  };
  private static final String NEWER = "the graph is newer than this ONNX Runtime";
  private static final String OPERATOR =
      "the graph has an operator that ONNX Runtime does not know";
  private static final String IN_PYTHON =
      "run it with deepbacs-zoo predict, whose ONNX Runtime may be newer";
  private static final String KNOWN = "operators of ONNX and of ONNX Runtime";

  /** The fault, the value and what is allowed, by the engine's words; $1 is its first group. */
  private static final Map<Pattern, String[]> CAUSES = new LinkedHashMap<>();

  static {
    cause(
        "Unsupported model IR version: (\\d+), max supported IR version: (\\d+)",
        NEWER,
        "IR version $1",
        "IR version $2 or older");
    cause(
        "Opset (\\d+) is under development.* for domain (\\S+) is till opset (\\d+)",
        NEWER,
        "opset $1 of $2",
        "opset $3 or older");
    cause("([\\w.-]+:\\w+)\\(-?\\d+\\) is not a registered function/op", OPERATOR, "$1", KNOWN);
    cause(
        "In Node, \\(\".*?\", (\\w+), \"([^\"]*)\".* No opset import for domain",
        OPERATOR,
        "$2:$1",
        KNOWN);
    cause(
        "No Op registered for (\\w+) with domain_version of (\\d+)",
        OPERATOR,
        "$1, opset $2",
        KNOWN);
    cause(
        "Could not find an implementation for (\\w+)\\((\\d+)\\)",
        "ONNX Runtime cannot compute an operator of the graph in its type of numbers",
        "$1, opset $2",
        "operators on float32, or those that this device has on another type");
    cause(
        "(?:MLDataType for: |Type ')(tensor\\(\\w+\\))(?: is not|' of input)",
        "the graph has a type of numbers that ONNX Runtime cannot take here",
        "$1",
        "float32, and the other types that its operators take");
  }

  private GraphErrors() {}

  private static void cause(String words, String... sentence) {
    CAUSES.put(Pattern.compile(words), sentence);
  }

  /** The error of a graph that was refused; what a newer engine could run is UNSUPPORTED. */
  static ZooException notLoaded(
      ZooPackage zooPackage, Weights weights, OrtException error, String version) {
    if (isMemory(error)) {
      return Graphs.outOfMemory("ONNX Runtime", Collections.<String, Tensor>emptyMap(), error);
    }
    String place = zooPackage.path + "/" + weights.file.path;
    String others = OtherWeights.advice(zooPackage);
    for (Map.Entry<Pattern, String[]> each : CAUSES.entrySet()) {
      Matcher match = each.getKey().matcher(plain(error));
      if (match.find()) {
        String[] sentence = each.getValue();
        return new ZooException(
            Kind.UNSUPPORTED,
            place,
            sentence[0],
            filled(match, sentence[1]),
            filled(match, sentence[2]) + " (onnxruntime " + version + ")",
            (sentence[0].equals(NEWER) ? IN_PYTHON : "ask its authors for another export") + others,
            error);
      }
    }
    String kind = FileKinds.of(zooPackage.filePath(weights.file));
    return new ZooException(
        Kind.PACKAGE,
        place,
        kind == null ? "ONNX Runtime cannot load this graph" : "it is no ONNX graph",
        kind == null ? message(error) : kind,
        "an ONNX file that onnxruntime " + version + " reads",
        "get the package again" + others,
        error);
  }

  private static String filled(Matcher match, String template) {
    String text = template;
    for (int group = 1; group <= match.groupCount(); group++) {
      text = text.replace("$" + group, match.group(group));
    }
    return text;
  }

  static boolean isMemory(OrtException error) {
    String lower = String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
    for (String word : MEMORY) {
      if (lower.contains(word)) {
        return true;
      }
    }
    return false;
  }

  /** The engine's own cause, shortened. */
  static String message(OrtException error) {
    return firstLine(plain(error));
  }

  /** The cause stands behind a number, a kind, the file name, and sometimes a C++ signature. */
  private static String plain(OrtException error) {
    String text = String.valueOf(error.getMessage()).replaceAll("\\s+", " ").trim();
    String what = text.replaceFirst("^Error code - \\S+ - message: ", "");
    if (what.startsWith("Load model from ") && what.contains(" failed:")) {
      what = what.substring(what.indexOf(" failed:") + " failed:".length());
    }
    return what.replaceFirst("^\\S*/onnxruntime/\\S+ .*?\\) (?=[A-Z])", "");
  }

  static String firstLine(String text) {
    String line = text.trim().split("\\R", 2)[0].trim();
    String cut = line.length() > LONGEST ? line.substring(0, LONGEST) + " ..." : line;
    return cut.replaceAll("[.;]+$", "");
  }
}
