package deepbacs.zoo.tests;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls the main methods of other classes, one for each line of standard input.
 *
 * <p>A line is {@code {"main", "arguments", "input"}}; its reply is {@code {"output", "error"}}, what
 * the class has printed and the trace of its exception.
 */
public final class Server {

  private Server() {}

  public static void main(String[] arguments) throws IOException {
    PrintStream replies = new PrintStream(new FileOutputStream(FileDescriptor.out), true, "UTF-8");
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      replies.println(reply(JsonParser.parseString(line).getAsJsonObject()));
    }
    System.exit(0); // threads of ImageJ would keep Java alive
  }

  private static JsonObject reply(JsonObject request) throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream error = System.err;
    byte[] input = request.get("input").getAsString().getBytes(StandardCharsets.UTF_8);
    System.setIn(new ByteArrayInputStream(input));
    System.setOut(new PrintStream(printed, true, "UTF-8"));
    List<String> arguments = new ArrayList<>();
    request.getAsJsonArray("arguments").forEach(each -> arguments.add(each.getAsString()));
    JsonElement trace = JsonNull.INSTANCE;
    try {
      Class.forName(request.get("main").getAsString())
          .getMethod("main", String[].class)
          .invoke(null, (Object) arguments.toArray(new String[0]));
    } catch (InvocationTargetException failure) {
      trace = trace(failure.getCause());
    } catch (ReflectiveOperationException failure) {
      trace = trace(failure);
    } finally {
      System.out.flush();
      System.setErr(error);
    }
    JsonObject reply = new JsonObject();
    reply.addProperty("output", printed.toString("UTF-8"));
    reply.add("error", trace);
    return reply;
  }

  private static JsonPrimitive trace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    return new JsonPrimitive(text.toString());
  }
}
