package deepbacs.zoo.packages;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.ConstructNode;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.Schema;

/**
 * YAML 1.2 as bioimage.io uses it: plain values only, no key twice, with a limit on size.
 *
 * <p>Plain scalars are resolved by the core schema of YAML 1.2
 * (https://yaml.org/spec/1.2.2/#103-core-schema); time stamps stay texts. An aliased value is built
 * once and shared.
 */
final class YamlText {

  /** The largest description in the Zoo has some 30 KB. */
  static final int MAX_BYTES = 4 << 20;

  private static final int MAX_ALIASES = 10_000;
  private static final int MAX_DEPTH = 500;
  private static final int MAX_DIGITS = 4300;

  private static final Pattern NULL = Pattern.compile("~|null|Null|NULL|");
  private static final Pattern BOOL = Pattern.compile("true|True|TRUE|false|False|FALSE");
  private static final Pattern INT = Pattern.compile("[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+");
  private static final Pattern FLOAT =
      Pattern.compile(
          "[-+]?(?:\\.[0-9]+|[0-9]+(?:\\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
              + "|[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)");

  private final Map<Node, Object> built = new IdentityHashMap<>();
  private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());

  private YamlText() {}

  /**
   * Parses a description.
   *
   * @param data the file, UTF-8, or UTF-16 with a byte order mark
   * @param document the file as named to the user
   * @throws ZooException PACKAGE: no YAML, more than one document, no mapping, a key twice in one
   *     mapping, a tag of something else than plain values, or over {@link #MAX_BYTES}
   */
  static Map<?, ?> parse(byte[] data, String document) {
    if (data.length > MAX_BYTES) {
      throw new ZooException(
          Kind.PACKAGE,
          document,
          "the description is too large",
          data.length + " bytes",
          "at most " + MAX_BYTES + " bytes",
          "leave data out of the description");
    }
    String text = PlainText.decoded(data, document);
    Object value;
    try {
      value = load(text, document);
    } catch (YamlEngineException | NumberFormatException | StackOverflowError error) {
      throw new ZooException(
          Kind.PACKAGE,
          document,
          "the description cannot be read as YAML",
          firstLine(error),
          "one YAML document of plain values",
          "correct the file, or get the package again",
          error);
    }
    if (!(value instanceof Map)) {
      throw new ZooException(
          Kind.PACKAGE,
          document,
          "the description is not a mapping",
          kindOf(value),
          "fields such as format_version, name, inputs, outputs, weights",
          "correct the file, or get the package again");
    }
    return (Map<?, ?>) value;
  }

  private static Object load(String text, String document) {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(document)
            .setCodePointLimit(MAX_BYTES)
            .setMaxAliasesForCollections(MAX_ALIASES)
            .setSchema(new CoreSchema())
            .build();
    Optional<Node> root = new Compose(settings).composeString(text);
    if (!root.isPresent()) {
      return null;
    }
    refuseDuplicates(root.get(), document);
    return new YamlText().value(root.get(), 0);
  }

  /** Raises for a key that one mapping holds twice; an aliased node is looked at once. */
  private static void refuseDuplicates(Node root, String document) {
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Place> waiting = new ArrayDeque<>();
    waiting.push(new Place("", root));
    while (!waiting.isEmpty()) {
      Place place = waiting.pop();
      if (!seen.add(place.node)) {
        continue;
      }
      if (place.node instanceof SequenceNode) {
        int index = 0;
        for (Node child : ((SequenceNode) place.node).getValue()) {
          waiting.push(new Place(place.path + index++ + ".", child));
        }
      } else if (place.node instanceof MappingNode) {
        Set<String> keys = new HashSet<>();
        for (NodeTuple pair : ((MappingNode) place.node).getValue()) {
          String name = keyOf(pair.getKeyNode());
          if (!keys.add(name)) {
            throw new ZooException(
                Kind.PACKAGE,
                document + ": " + place.path + name,
                "this field stands twice in the description",
                "line " + (pair.getKeyNode().getStartMark().map(Mark::getLine).orElse(-1) + 1),
                "each field once",
                "remove one of the two");
          }
          waiting.push(new Place(place.path + name + ".", pair.getValueNode()));
        }
      }
    }
  }

  private static String keyOf(Node node) {
    if (!(node instanceof ScalarNode)) {
      throw new YamlEngineException("a key that is no plain value");
    }
    return ((ScalarNode) node).getValue();
  }

  private Object value(Node node, int depth) {
    if (node instanceof ScalarNode) {
      return scalar(node.getTag(), ((ScalarNode) node).getValue());
    }
    if (built.containsKey(node)) {
      return built.get(node);
    }
    if (depth > MAX_DEPTH || !open.add(node)) {
      throw new YamlEngineException("values inside values without end");
    }
    Object result =
        node instanceof SequenceNode
            ? list((SequenceNode) node, depth)
            : mapping((MappingNode) node, depth);
    open.remove(node);
    built.put(node, result);
    return result;
  }

  private Object list(SequenceNode node, int depth) {
    check(node.getTag(), Tag.SEQ);
    List<Object> result = new ArrayList<>();
    for (Node child : node.getValue()) {
      result.add(value(child, depth + 1));
    }
    return Collections.unmodifiableList(result);
  }

  private Object mapping(MappingNode node, int depth) {
    check(node.getTag(), Tag.MAP);
    Map<Object, Object> all = new LinkedHashMap<>();
    YamlMapping named = new YamlMapping();
    for (NodeTuple pair : node.getValue()) {
      Object child = value(pair.getValueNode(), depth + 1);
      all.put(value(pair.getKeyNode(), depth + 1), child);
      named.put(keyOf(pair.getKeyNode()), child);
    }
    return all.keySet().stream().allMatch(String.class::isInstance) ? named : all;
  }

  private static void check(Tag found, Tag plain) {
    if (!found.equals(plain)) {
      throw new YamlEngineException(
          "could not determine a constructor for the tag '" + found.getValue() + "'");
    }
  }

  private static Object scalar(Tag tag, String text) {
    if (tag.equals(Tag.NULL)) {
      return null;
    }
    if (tag.equals(Tag.BOOL)) {
      check(BOOL.matcher(text).matches() ? tag : Tag.STR, Tag.BOOL);
      return text.toLowerCase(Locale.ROOT).equals("true");
    }
    if (tag.equals(Tag.INT)) {
      return integer(text);
    }
    if (tag.equals(Tag.FLOAT)) {
      return real(text.toLowerCase(Locale.ROOT));
    }
    check(tag, Tag.STR);
    return text;
  }

  private static Object integer(String text) {
    if (text.length() > MAX_DIGITS) {
      throw new NumberFormatException("a number of " + text.length() + " digits");
    }
    int base = text.startsWith("0o") ? 8 : text.startsWith("0x") ? 16 : 10;
    BigInteger value = new BigInteger(base == 10 ? text : text.substring(2), base);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private static double real(String text) {
    if (text.endsWith(".inf")) {
      return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    return text.equals(".nan") ? Double.NaN : Double.parseDouble(text);
  }

  private static String kindOf(Object value) {
    if (value instanceof List) {
      return "list";
    }
    if (value == null) {
      return "NoneType";
    }
    if (value instanceof Boolean) {
      return "bool";
    }
    return value instanceof String ? "str" : value instanceof Double ? "float" : "int";
  }

  private static String firstLine(Throwable error) {
    if (error instanceof MarkedYamlEngineException) {
      MarkedYamlEngineException marked = (MarkedYamlEngineException) error;
      if (marked.getProblemMark().isPresent()) {
        int line = marked.getProblemMark().get().getLine() + 1;
        return "line " + line + ": " + marked.getProblem();
      }
    }
    String message = error instanceof StackOverflowError ? null : error.getMessage();
    String line = message == null ? "values inside values without end" : message.split("\\R")[0];
    return line.substring(0, Math.min(200, line.length()));
  }

  private static final class Place {
    final String path;
    final Node node;

    Place(String path, Node node) {
      this.path = path;
      this.node = node;
    }
  }

  private static final class CoreSchema implements Schema {

    @Override
    public ScalarResolver getScalarResolver() {
      return (text, plain) -> {
        if (!plain) {
          return Tag.STR;
        }
        if (NULL.matcher(text).matches()) {
          return Tag.NULL;
        }
        if (BOOL.matcher(text).matches()) {
          return Tag.BOOL;
        }
        if (INT.matcher(text).matches()) {
          return Tag.INT;
        }
        return FLOAT.matcher(text).matches() ? Tag.FLOAT : Tag.STR;
      };
    }

    @Override
    public Map<Tag, ConstructNode> getSchemaTagConstructors() {
      return new HashMap<>();
    }
  }
}
