package deepbacs.zoo.plugin;

/** Sentences are those of the command line; in a window they name what is in the dialog. */
final class Words {

  private static final int LONGEST_LINE = 100;

  private Words() {}

  /** A sentence in lines, with the options of the dialog in place of those of a command line. */
  static String ofMenus(String sentence) {
    String own =
        sentence
            .replace("pass --overwrite", "tick overwrite")
            .replace("--output", "output folder")
            .replaceAll("pass --memory (\\d+)MiB", "enter memory $1MiB")
            .replace("--memory", "memory")
            .replace("--pixel-size", "pixel size")
            .replace("--border", "border");
    StringBuilder lines = new StringBuilder();
    int length = 0;
    for (String word : own.split(" ")) {
      boolean begins = length + word.length() > LONGEST_LINE || word.equals("allowed:");
      lines.append(length == 0 ? "" : begins ? "\n" : " ").append(word);
      length = begins ? word.length() : length + 1 + word.length();
    }
    return lines.toString();
  }
}
