package hello;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** A client of `greeter`: it asks its own `kar`, which finds the service through Kafka. */
public class Client {
  private static final int ATTEMPTS = 60;
  private static final long PAUSE_MILLISECONDS = 500;

  public static void main(String[] arguments) throws Exception {
    String port = System.getenv("KAR_RUNTIME_PORT");
    if (port == null) {
      System.err.println("KAR_RUNTIME_PORT is not set: start it as `kar run -app hello java -cp app.jar hello.Client`");
      System.exit(1);
    }
    HttpClient client = HttpClient.newHttpClient();
    for (String name : new String[] {"Ada", "Grace"}) {
      System.out.println(call(client, "http://127.0.0.1:" + port + "/kar/v1/service/greeter/call/greet", name));
    }
  }

  /** `kar` starts this program before it is ready itself. */
  private static String call(HttpClient client, String url, String body) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).header("Content-Type", "text/plain")
        .POST(BodyPublishers.ofString(body)).version(HttpClient.Version.HTTP_1_1).build();
    String seen = "";
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() == 200) {
          return response.body();
        }
        seen = "kar answered " + response.statusCode() + ": " + response.body();
      } catch (IOException error) {
        seen = error.toString();
      }
      Thread.sleep(PAUSE_MILLISECONDS);
    }
    throw new IOException(seen);
  }
}
