package hello;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * The service `greeter`. Whoever calls it asks its own `kar`, wherever that is; this side's `kar` hands the call on as a
 * plain HTTP request to this port.
 */
public class Server {
  static String greet(String name) {
    return "Hello " + name + "!";
  }

  public static void main(String[] arguments) throws IOException {
    String host = System.getenv().getOrDefault("KAR_APP_HOST", "127.0.0.1");
    int port = Integer.parseInt(System.getenv().getOrDefault("KAR_APP_PORT", "8080"));
    HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 0);
    server.createContext("/", Server::answer);
    server.start();
    System.out.println("greeter listens on port " + port);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try {
      String name = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      if (!exchange.getRequestMethod().equals("POST") || !exchange.getRequestURI().getPath().equals("/greet")) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      String greeting = greet(name);
      System.out.println(greeting);
      byte[] content = greeting.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain");
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content);
    } finally {
      exchange.close();
    }
  }
}
