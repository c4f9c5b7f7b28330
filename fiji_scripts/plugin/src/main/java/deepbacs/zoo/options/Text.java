package deepbacs.zoo.options;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A text that may name options. */
public final class Text {

  /** Strings and {@link Option}s in their order. */
  private final List<Object> parts;

  private Text(List<Object> parts) {
    this.parts = Collections.unmodifiableList(parts);
  }

  /** A text of options and of anything else, which is written as a string. */
  public static Text of(Object... parts) {
    List<Object> all = new ArrayList<>();
    for (Object part : parts) {
      if (part instanceof Text) {
        all.addAll(((Text) part).parts);
      } else {
        all.add(part instanceof Option ? part : String.valueOf(part));
      }
    }
    return new Text(all);
  }

  /** The text with its options written by an interface. */
  public String spell(Spelling spelling) {
    StringBuilder text = new StringBuilder();
    for (Object part : parts) {
      text.append(part instanceof Option ? spelling.write((Option) part) : part);
    }
    return text.toString();
  }

  /**
   * For JSON: a string where there is no option, else a list of strings and objects with {@code
   * option} and {@code value}.
   */
  public Object plain() {
    List<Object> plain = new ArrayList<>();
    for (Object part : parts) {
      plain.add(part instanceof Option ? ((Option) part).plain() : part);
    }
    return parts.stream().anyMatch(Option.class::isInstance) ? plain : toString();
  }

  /** The text with its options written as in Python. */
  @Override
  public String toString() {
    return spell(Spelling.PYTHON);
  }
}
