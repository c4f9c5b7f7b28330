package deepbacs.zoo.images;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.options.Option;
import deepbacs.zoo.options.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Names of channels, and the channel that one of them or a number means. */
public final class ChannelNames {

  static final List<String> COLORS =
      Collections.unmodifiableList(Arrays.asList("red", "green", "blue"));
  /** A second line of a label, which ImageJ does not show; see the gateways in Python. */
  private static final String SECOND_LINE = "\nchannel: ";

  private static final int MOST_NAMED = 12;

  private ChannelNames() {}

  /** Labels of planes. */
  interface Labels {
    /** The label of a plane, null or empty where it has none. */
    String label(int frame, int slice, int channel);
  }

  /**
   * The names that ImageJ's labels give the channels: those that are the same on all planes of a
   * channel and differ between channels; else none.
   */
  static List<String> ofLabels(int frames, int slices, int channels, Labels labels) {
    List<String> names = new ArrayList<>();
    for (int channel = 0; channel < channels; channel++) {
      String name = name(labels.label(0, 0, channel));
      for (int plane = 0; plane < frames * slices; plane++) {
        String other = name(labels.label(plane / slices, plane % slices, channel));
        name = name.equals(other) ? name : "";
      }
      names.add(name);
    }
    boolean tellsApart = channels == 1 || new HashSet<>(names).size() > 1;
    return names.contains("") || !tellsApart ? Collections.emptyList() : names;
  }

  private static String name(String label) {
    String text = label == null ? "" : label;
    int second = text.indexOf(SECOND_LINE);
    String named = second < 0 ? text : text.substring(second + SECOND_LINE.length());
    return named.split("\n", 2)[0].trim();
  }

  /**
   * The index of the channel that a name or a number from 1 means; a name wins over a number.
   *
   * @param names of the channels, empty where they have none
   * @param where the image's name in messages
   * @throws ZooException USAGE: there is no such channel, or there are several of this name
   */
  static int index(List<String> names, int count, String channel, String where) {
    String selected = channel.trim();
    List<UnaryOperator<String>> same = Arrays.asList(String::trim, ChannelNames::folded);
    for (UnaryOperator<String> form : same) {
      List<Integer> found = new ArrayList<>();
      for (int index = 0; index < names.size(); index++) {
        if (form.apply(names.get(index).trim()).equals(form.apply(selected))) {
          found.add(index);
        }
      }
      if (found.size() > 1) {
        String first = String.valueOf(found.get(0) + 1);
        throw new ZooException(
            Kind.USAGE,
            where,
            "several of its channels have this name",
            selected,
            listed(names, found),
            Text.of("choose one by its number with ", Option.of("channel", first)));
      }
      if (!found.isEmpty()) {
        return found.get(0);
      }
    }
    int number = selected.matches("[0-9]{1,9}") ? Integer.parseInt(selected) : 0;
    if (number >= 1 && number <= count) {
      return number - 1;
    }
    throw new ZooException(
        Kind.USAGE,
        where,
        "it has no channel of this name or number",
        selected,
        listed(names, count),
        Text.of("choose one of these with ", Option.of("channel")));
  }

  /** The numbers of all channels with their names, as they stand in a message. */
  public static String listed(List<String> names, int count) {
    List<Integer> all = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      all.add(index);
    }
    return listed(names, all);
  }

  private static String listed(List<String> names, List<Integer> indices) {
    List<String> texts = new ArrayList<>();
    for (int index : indices.subList(0, Math.min(indices.size(), MOST_NAMED))) {
      String name = index < names.size() ? names.get(index) : "";
      texts.add((index + 1 + " " + name).trim());
    }
    int more = indices.size() - MOST_NAMED;
    return String.join(", ", texts) + (more > 0 ? " and " + more + " more" : "");
  }

  /** A text in which capitals do not count. */
  private static String folded(String text) {
    return text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
  }
}
