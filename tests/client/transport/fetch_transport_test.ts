import { assert, assertEquals, assertRejects } from "@std/assert";
import { ClientConnectionError, fetchTransport, type HopRequest } from "@roundtrip/http";
import { hop } from "../../_hop.ts";
import { rawServer, reply } from "../_raw_server.ts";

const FOLDER = new URL("../../../client/", import.meta.url);

function* modulesUnder(folder: URL): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (!isDirectory) yield name;
    else for (const inner of modulesUnder(new URL(`${name}/`, folder))) yield `${name}/${inner}`;
  }
}

Deno.test("fetch and its clients and messages are used in three files only", async () => {
  const ways =
    /(?<![.\w#])fetch\((?!\))|createHttpClient|HttpClient\b|client error|error sending request|os error/;
  const knowing: string[] = [];
  for (const name of modulesUnder(FOLDER)) {
    const text = await Deno.readTextFile(new URL(name, FOLDER));
    const code = text.replaceAll(/\/\*\*[^]*?\*\//g, "").replaceAll(
      /^ *(?:async )?fetch\(request: .*$/gm,
      "",
    );
    if (ways.test(code)) knowing.push(name);
  }
  assertEquals(knowing.sort(), [
    "transport/fetch_errors.ts",
    "transport/fetch_transport.ts",
    "transport/http_clients.ts",
  ]);
});

Deno.test("a hop that fails before it is sent releases its slot", async () => {
  await using server = rawServer(() => reply("ok"));
  const transport = fetchTransport({ limit: 1 });
  const broken = {
    size: null,
    bytes: null,
    stream(): never {
      throw new TypeError("consumed");
    },
  };
  const failing: Partial<HopRequest>[] = [
    { body: broken },
    { proxy: "http://\0" },
    { method: "TRACE" },
    { headers: [["a b", "c"]] },
    { signal: AbortSignal.abort(new Error("enough")) },
  ];
  for (const over of failing) {
    await assertRejects(() => transport.send(hop(server.url, over)), Error);
    const result = await transport.send(hop(server.url, { signal: AbortSignal.timeout(5_000) }));
    assertEquals(await new Response(result.body).text(), "ok", Object.keys(over).join());
    result.release();
    result.release(); // idempotent
  }
  assert(server.requests.length === failing.length);
  transport.close();
});

Deno.test("a closed transport sends nothing, what goes over sockets included", async () => {
  const transport = fetchTransport({ proxy: "http://u:p@127.0.0.1:9" });
  transport.close();
  for (const url of ["http://a.test/", "https://a.test/"]) {
    const error = await assertRejects(() => transport.send(hop(url)), ClientConnectionError);
    assertEquals(error.message, "Cannot send: the transport is closed");
  }
});
