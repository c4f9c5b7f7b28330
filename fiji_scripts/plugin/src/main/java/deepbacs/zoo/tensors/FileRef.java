package deepbacs.zoo.tensors;

/** A file inside a package, with its SHA-256 in hexadecimal where the description states one. */
public final class FileRef {

  public final String path;
  /** Lower-case hexadecimal, or null. */
  public final String sha256;

  public FileRef(String path, String sha256) {
    this.path = path;
    this.sha256 = sha256;
  }
}
