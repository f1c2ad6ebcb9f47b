// The table of tests/hostile/raw_requests.ts over both engines.
import { assert, assertEquals } from "@std/assert";
import { web } from "@roundtrip/http";
import { wrongCases } from "../../hostile/raw.ts";
import { RAW_CASES } from "../../hostile/raw_requests.ts";

for (const [name, engine] of [["deno", web.denoEngine], ["sockets", web.socketEngine()]] as const) {
  Deno.test(`raw requests are answered as the RFCs say (${name})`, async () => {
    assert(RAW_CASES.length >= 172);
    const app = new web.Application({ logger: { error: () => {} } });
    app.addRoutes([
      web.get("/", () => web.textResponse("")),
      web.route("*", "/echo", async (request) => web.textResponse(await request.text())),
    ]);
    await using server = await web.TestServer.start(app, { engine });
    const target = { port: server.port, pid: 0, scale: 1 };
    const wrong = await wrongCases(target, name === "deno" ? "deno" : "statuses");
    assertEquals(wrong, []);
  });
}
