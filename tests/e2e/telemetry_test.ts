/** What a receiver of OpenTelemetry gets from a server and a client under OTEL_DENO. */
import { assert, assertEquals } from "@std/assert";
import { start } from "../_process.ts";

interface Span {
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[];
  readonly events: readonly { readonly name: string }[];
  readonly status: { readonly code: number };
}

interface Log {
  readonly body: { readonly stringValue: string };
  readonly traceId: string;
  readonly spanId: string;
}

/** A receiver of OTLP over HTTP, as a collector is. */
function receiver() {
  const spans: Span[] = [];
  const logs: Log[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const message = await request.json();
    for (const { scopeSpans } of message.resourceSpans ?? []) {
      for (const scope of scopeSpans) spans.push(...scope.spans);
    }
    for (const { scopeLogs } of message.resourceLogs ?? []) {
      for (const scope of scopeLogs) logs.push(...scope.logRecords);
    }
    return Response.json({});
  });
  return {
    spans,
    logs,
    url: `http://127.0.0.1:${server.addr.port}`,
    stop: () => server.shutdown(),
  };
}

for (const engine of ["deno", "sockets"]) {
  Deno.test(`engine ${engine}: spans have routes, errors, parents; logs have their ids`, async () => {
    const { spans, logs, url, stop } = receiver();
    await using program = start([
      Deno.execPath(),
      "run",
      "--allow-net=127.0.0.1",
      "tests/e2e/traced_server.ts",
      engine,
    ], {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    });
    assertEquals(await program.exitCode(), 0, program.output());
    await stop();

    const valueOf = (span: Span, name: string) => {
      const value = span.attributes.find(({ key }) => key === name)?.value;
      return value === undefined ? undefined : Object.values(value)[0];
    };
    const find = (name: string, kind: number, path = "") => {
      const found = spans.filter((each) =>
        each.name === name && each.kind === kind &&
        `${valueOf(each, "url.path") ?? valueOf(each, "url.full") ?? ""}`.endsWith(path)
      );
      const [span] = found;
      assert(span !== undefined && found.length === 1, `${found.length} spans ${name} ${path}`);
      return span;
    };

    const servers: [string, string, number, string[]][] = [
      ["GET /users/{id}", "/users/7", 0, []],
      ["GET /users/{id}", "/users/8", 0, []],
      ["GET /moved", "/moved", 0, []],
      ["GET /broken", "/broken", 2, ["exception"]],
      ["GET", "/nothing", 0, []],
      ["GET /later", "/later", 0, []],
      ["GET /socket", "/socket", 0, []],
    ];
    for (const [name, path, code, events] of servers) {
      const span = find(name, 2, path);
      assertEquals(span.status.code, code, path);
      assertEquals(span.events.map((each) => each.name), events, path);
      assertEquals(valueOf(span, "http.route"), name.split(" ")[1], path);
      const client = find("GET", 3, path); // of the same trace
      assertEquals([span.traceId, span.parentSpanId], [client.traceId, client.spanId], path);
    }
    assertEquals(Number(valueOf(find("GET", 3, "/nothing"), "http.response.status_code")), 404);
    const socket = find("WebSocket /socket", 2);
    assertEquals(socket.parentSpanId, find("GET /socket", 2).spanId);
    const job = find("sendMail", 1);
    assertEquals(job.parentSpanId, find("GET /later", 2).spanId);

    const logOf = (start: string) => logs.find(({ body }) => body.stringValue.startsWith(start));
    assertEquals(logOf("a user")?.spanId, find("GET /users/{id}", 2, "/users/7").spanId);
    assertEquals(logOf("a mail")?.spanId, job.spanId);
    assertEquals(logOf("Error handling GET")?.spanId, find("GET /broken", 2).spanId);
    if (engine === "deno") { // which knows the span outside of the application too
      const line = JSON.parse(/LOG (\{.*"\/users\/7".*)/.exec(program.output())?.[1] ?? "{}");
      assertEquals(line.traceId, find("GET /users/{id}", 2, "/users/7").traceId);
    }
  });
}
