package deepbacs.zoo.worker;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonWriter;
import ij.ImagePlus;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes answers, one JSON object a line, each after a mark that nothing else prints. */
final class Replies {

  /** What a program prints by itself does not begin like this. */
  static final char MARK = '\u001e';

  private final OutputStream output;

  Replies(OutputStream output) {
    this.output = output;
  }

  /** Says that ImageJ is ready. */
  void ready(String imagej) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonWriter json = writer(text)) {
      json.beginObject().name("imagej").value(imagej);
      json.name("java").value(System.getProperty("java.version"));
      json.name("heap").value(Runtime.getRuntime().maxMemory()).endObject();
    }
    send(text);
  }

  /** Says that the request itself failed, for example as the disk is full. */
  void error(String message) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonWriter json = writer(text)) {
      json.beginObject().name("error").value(message).endObject();
    }
    send(text);
  }

  /**
   * Gives what a macro left.
   *
   * @param images of its images, those whose pixels were written, in the order of the file
   */
  void outcome(MacroOutcome outcome, List<ImagePlus> images) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonWriter json = writer(text)) {
      json.beginObject();
      json.name("value").value(outcome.value);
      json.name("failure").value(outcome.failure);
      json.name("line").value(outcome.line);
      json.name("trace").value(outcome.trace);
      json.name("log").value(outcome.log);
      json.name("report").value(outcome.report);
      json.name("outputs").value(outcome.outputs);
      json.name("unknown").beginArray();
      for (String each : outcome.unknown) {
        json.value(each);
      }
      json.endArray().name("tables").beginArray();
      for (Columns table : outcome.tables) {
        table(json, table);
      }
      json.endArray().name("rois").beginArray();
      for (String roi : outcome.rois) {
        json.value(roi);
      }
      json.endArray().name("images").beginArray();
      for (ImagePlus image : images) {
        HeaderJson.write(json, ImageHeader.of(image));
      }
      json.endArray().endObject();
    }
    send(text);
  }

  private static void table(JsonWriter json, Columns table) throws IOException {
    json.beginObject().name("title").value(table.title).name("columns").beginArray();
    for (int index = 0; index < table.names.size(); index++) {
      json.beginArray().value(table.names.get(index)).beginArray();
      Object values = table.values.get(index);
      if (values instanceof double[]) {
        for (double value : (double[]) values) {
          json.value(value);
        }
      } else {
        for (String value : (String[]) values) {
          json.value(value);
        }
      }
      json.endArray().endArray();
    }
    json.endArray().endObject();
  }

  private static JsonWriter writer(StringWriter text) {
    JsonWriter json = new JsonWriter(text);
    json.setStrictness(Strictness.LENIENT); // NaN, as Python's reader has it
    return json;
  }

  private void send(StringWriter text) throws IOException {
    byte[] line = (MARK + text.toString() + "\n").getBytes(StandardCharsets.UTF_8);
    output.write(line);
    output.flush();
  }
}
