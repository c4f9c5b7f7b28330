package deepbacs.zoo.images;

import java.io.IOException;

/** A file that is cut off or not what it says it is; the message says where. */
final class Damaged extends IOException {

  private static final long serialVersionUID = 1L;

  Damaged(String message) {
    super(message);
  }
}
