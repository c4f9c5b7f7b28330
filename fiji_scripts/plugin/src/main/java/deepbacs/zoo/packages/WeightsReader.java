package deepbacs.zoo.packages;

import deepbacs.zoo.tensors.FileRef;
import deepbacs.zoo.tensors.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The {@code weights} of both formats, with the architecture in the form of format 0.5. */
final class WeightsReader {

  private static final String[] FILES = {"architecture", "dependencies", "external_data"};
  private static final Set<String> READ_APART =
      new HashSet<>(
          Arrays.asList(
              "architecture",
              "dependencies",
              "external_data",
              "source",
              "sha256",
              "architecture_sha256"));

  private WeightsReader() {}

  /**
   * Reads every entry that is not null, in file order.
   *
   * <p>{@link Weights#fields} holds what else the entry states, as read, with three entries always
   * in the form of format 0.5: {@code architecture} is {@code {source, sha256, callable, kwargs}}
   * or {@code {import_from, callable, kwargs}}; {@code dependencies} and {@code external_data} are
   * {@code {source, sha256}}, where the hash may be null.
   */
  static Map<String, Weights> read(Field root) {
    Field place = root.get("weights");
    Map<String, Weights> result = new LinkedHashMap<>();
    for (String name : place.mapping().keySet()) {
      Field entry = place.find(name);
      // The name before format 0.4, which later descriptions have by mistake.
      String known = name.equals("pytorch_script") ? "torchscript" : name;
      if (entry != null && (known.equals(name) || !place.mapping().containsKey(known))) {
        result.put(known, entry(known, entry));
      }
    }
    if (result.isEmpty()) {
      throw place.wrong("at least one weights format, such as onnx", "there are no weights");
    }
    return Collections.unmodifiableMap(result);
  }

  /** Every file that an entry names, its own first. */
  static List<FileRef> filesOf(Weights weights) {
    List<FileRef> result = new ArrayList<>();
    result.add(weights.file);
    for (String key : FILES) {
      Object named = weights.fields.get(key);
      Map<?, ?> file = named instanceof Map ? (Map<?, ?>) named : Collections.emptyMap();
      if (file.containsKey("source")) {
        result.add(new FileRef((String) file.get("source"), (String) file.get("sha256")));
      }
    }
    return result;
  }

  private static Weights entry(String name, Field entry) {
    Map<String, Object> fields = new LinkedHashMap<>(entry.mapping());
    fields.keySet().removeAll(READ_APART);
    Field architecture = entry.find("architecture");
    if (architecture != null) {
      fields.put("architecture", architecture(entry, architecture));
      if (!architecture.isMapping()) {
        fields.remove("kwargs");
      }
    }
    Field dependencies = entry.find("dependencies");
    if (dependencies != null) {
      fields.put("dependencies", dependencies(dependencies));
    }
    Field external = entry.find("external_data");
    if (external != null) {
      fields.put("external_data", asMapping(Members.file(external)));
    }
    FileRef file = Members.file(entry.get("source"), entry.find("sha256"));
    return new Weights(name, file, fields);
  }

  private static Map<String, Object> asMapping(FileRef file) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("source", file.path);
    result.put("sha256", file.sha256);
    return result;
  }

  private static Map<String, Object> architecture(Field entry, Field place) {
    if (!place.isMapping()) {
      return architecture04(entry, place);
    }
    Field kwargs = place.find("kwargs");
    String called = place.get("callable").text();
    Map<String, Object> arguments = kwargs == null ? new YamlMapping() : kwargs.mapping();
    Field library = place.find("import_from");
    Map<String, Object> result =
        library == null ? asMapping(Members.file(place)) : importedFrom(library.text());
    result.put("callable", called);
    result.put("kwargs", arguments);
    return result;
  }

  private static Map<String, Object> importedFrom(String library) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("import_from", library);
    return result;
  }

  /** Splits {@code file.py:Network} or {@code library.module.Network}. */
  private static Map<String, Object> architecture04(Field entry, Field place) {
    String text = place.text();
    Field kwargs = entry.find("kwargs");
    Map<String, Object> arguments = kwargs == null ? new YamlMapping() : kwargs.mapping();
    int colon = text.lastIndexOf(':');
    String separator = colon >= 0 ? ":" : ".";
    int end = text.lastIndexOf(separator);
    String source = end < 0 ? "" : text.substring(0, end);
    String name = text.substring(end + 1);
    Map<String, Object> result;
    if (colon >= 0 && !name.startsWith("/")) {
      Field hash = entry.find("architecture_sha256");
      result = asMapping(Members.file(place.at("source", source), hash));
    } else if (colon < 0 && end >= 0) {
      result = importedFrom(source);
    } else {
      throw place.wrong("<file.py>:<name>, or <library>.<name>");
    }
    result.put("callable", name);
    result.put("kwargs", arguments);
    return result;
  }

  /** Reads {@code {source, sha256}}, or format 0.4's {@code conda:environment.yaml} or {@code conda:https://...}. */
  private static Map<String, Object> dependencies(Field place) {
    if (place.value instanceof String && !Members.isRemote((String) place.value)) {
      String text = (String) place.value;
      return asMapping(Members.file(place.at("file", text.substring(text.indexOf(':') + 1))));
    }
    return asMapping(Members.file(place));
  }
}
