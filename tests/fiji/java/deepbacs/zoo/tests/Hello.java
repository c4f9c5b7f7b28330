package deepbacs.zoo.tests;

import com.google.gson.JsonObject;
import deepbacs.zoo.tensors.DType;
import java.lang.management.ManagementFactory;

/** Answers, hangs or ends the JVM: for the tests of the harness itself. */
public final class Hello {

  private Hello() {}

  public static void main(String[] arguments) throws Exception {
    JsonObject request = Json.request().getAsJsonObject();
    JsonObject answer = new JsonObject();
    if (request.has("process")) {
      answer.addProperty("process", ManagementFactory.getRuntimeMXBean().getName());
      answer.addProperty("heap", Runtime.getRuntime().maxMemory());
    } else if (request.has("hang")) {
      Thread.sleep(600_000);
    } else if (request.has("exit")) {
      System.err.println("going down");
      System.exit(request.get("exit").getAsInt());
    } else {
      answer.addProperty("bytes", DType.of(request.get("dtype").getAsString()).bytes);
    }
    Json.answer(answer);
  }
}
