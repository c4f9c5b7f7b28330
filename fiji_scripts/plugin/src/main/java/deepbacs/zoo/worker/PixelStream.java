package deepbacs.zoo.worker;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/** Pixels in one long row, in the byte order of this computer, taken or given block by block. */
public abstract class PixelStream {

  /** No block is larger, in bytes; a multiple of every size of a value. */
  static final int BLOCK = 1 << 18;

  /** The next bytes: at most this many, at least one value. */
  abstract ByteBuffer next(int most) throws IOException;

  /** Says that the block has been used: read, or filled. */
  abstract void done() throws IOException;

  /**
   * Pixels in memory that is shared with the caller.
   *
   * @param chunks direct buffers, each but the last of a size that is a multiple of 8 bytes
   */
  public static PixelStream of(ByteBuffer[] chunks) {
    return new Memory(chunks);
  }

  /** The pixels at the position of a file, which moves on. */
  static PixelStream reading(FileChannel file) {
    return new Reading(file);
  }

  /** Pixels go to the position of a file, which moves on. */
  static PixelStream writing(FileChannel file) {
    return new Writing(file);
  }

  private static final class Memory extends PixelStream {
    private final ByteBuffer[] chunks;
    private int index;

    Memory(ByteBuffer[] chunks) {
      this.chunks = chunks.clone();
    }

    @Override
    ByteBuffer next(int most) {
      while (!chunks[index].hasRemaining()) {
        index++;
      }
      ByteBuffer chunk = chunks[index];
      ByteBuffer block = chunk.duplicate();
      block.limit(block.position() + Math.min(Math.min(most, BLOCK), block.remaining()));
      ((java.nio.Buffer) chunk).position(block.limit());
      return block.slice().order(ByteOrder.nativeOrder());
    }

    @Override
    void done() {}
  }

  private static final class Reading extends PixelStream {
    private final FileChannel file;
    private final ByteBuffer block = allocate();

    Reading(FileChannel file) {
      this.file = file;
    }

    @Override
    ByteBuffer next(int most) throws IOException {
      block.clear();
      block.limit(Math.min(most, BLOCK));
      while (block.hasRemaining()) {
        if (file.read(block) < 0) {
          throw new EOFException("the pixels are cut off");
        }
      }
      block.flip();
      return block;
    }

    @Override
    void done() {}
  }

  private static final class Writing extends PixelStream {
    private final FileChannel file;
    private final ByteBuffer block = allocate();

    Writing(FileChannel file) {
      this.file = file;
    }

    @Override
    ByteBuffer next(int most) {
      block.clear();
      block.limit(Math.min(most, BLOCK));
      return block;
    }

    @Override
    void done() throws IOException {
      block.rewind(); // views of other types do not move its position
      while (block.hasRemaining()) {
        file.write(block);
      }
    }
  }

  private static ByteBuffer allocate() {
    return ByteBuffer.allocateDirect(BLOCK).order(ByteOrder.nativeOrder());
  }
}
