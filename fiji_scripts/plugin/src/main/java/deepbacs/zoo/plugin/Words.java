package deepbacs.zoo.plugin;

/** Sentences are those of the command line; in a window they name what is in the dialog. */
final class Words {

  private Words() {}

  /** A sentence with the options of the dialog in place of those of the command line. */
  static String ofMenus(String sentence) {
    return sentence
        .replace("pass --overwrite", "tick overwrite")
        .replace("--output", "output folder")
        .replaceAll("pass --memory (\\d+)MiB", "enter memory $1MiB")
        .replace("--memory", "memory")
        .replace("--pixel-size", "pixel size")
        .replace("--border", "border");
  }
}
