import { assertEquals, assertMatch } from "@std/assert";
import { ClientSession } from "@roundtrip/http";
import { freePort, type Running, start } from "../_process.ts";
import { pythonWith } from "./_python.ts";

// docs/migrating: the same service in Python and here. Both get the same requests, return the same
// responses, and share their sessions.
const python = await pythonWith("aiohttp", "cryptography");
// If aiohttp_session is not installed, a stand-in at the end of the path replaces it.
const STAND_INS = new URL("stand_ins", import.meta.url).pathname;
const oldService = [
  python ?? "",
  "-c",
  `import runpy, sys
sys.path.append(${JSON.stringify(STAND_INS)})
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")`,
  "docs/migrating/notes.py",
];
const deno = [
  Deno.execPath(),
  "run",
  "--allow-net=localhost",
  "--allow-env=SESSION_KEY",
  "docs/migrating/notes.ts",
];
const KEY = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))
  .replaceAll("+", "-").replaceAll("/", "_");

/** Starts a service on a free port and waits until it is ready. */
async function serve(command: readonly string[]): Promise<Running & { readonly url: string }> {
  const port = freePort();
  const env = { SESSION_KEY: KEY, PYTHONUNBUFFERED: "1" };
  const service = start([...command, `${port}`], env);
  await service.waitFor(/CTRL\+C/);
  return { ...service, url: `http://localhost:${port}` };
}

type Call = [method: string, path: string, options?: { data?: object; json?: unknown }];

const CALLS: Call[] = [
  ["GET", "/notes"],
  ["POST", "/notes", { json: { text: "too early" } }],
  ["POST", "/login", { data: { user: "ann" } }],
  ["POST", "/notes", { json: { text: "buy ink" } }],
  ["POST", "/notes", { json: { text: "你好" } }],
  ["GET", "/notes"],
  ["GET", "/notes?contains=ink"],
  ["GET", "/notes/2"],
  ["GET", "/notes/3"],
  ["GET", "/notes/x"],
  ["DELETE", "/notes"],
  ["POST", "/notes", { json: { text: "x".repeat(100_000) } }],
];

async function answers(url: string): Promise<string[]> {
  await using session = new ClientSession({ baseUrl: url });
  const lines: string[] = [];
  for (const [method, path, options] of CALLS) {
    await using response = await session.request(method, path, options as object);
    const text = await response.text();
    const isJson = response.contentType === "application/json";
    const body = isJson ? JSON.stringify(JSON.parse(text)) : text;
    const hops = response.history.map(({ status }) => `${status} `).join("");
    lines.push(`${method} ${path}: ${hops}${response.status} ${response.contentType} ${body}`);
  }
  return lines;
}

Deno.test("the migrated service answers like the one in Python", {
  ignore: python === null,
}, async () => {
  await using old = await serve(oldService);
  await using migrated = await serve(deno);
  assertEquals(await answers(migrated.url), await answers(old.url));
});

Deno.test("a user who logs in to one service is logged in to the other", {
  ignore: python === null,
}, async () => {
  await using old = await serve(oldService);
  await using migrated = await serve(deno);
  for (const [here, there] of [[old, migrated], [migrated, old]] as const) {
    // Cookies ignore ports, so one session sends the cookie to both.
    await using session = new ClientSession();
    await using login = await session.post(`${here.url}/login`, { data: { user: "ann" } });
    assertEquals((await login.json<{ user: string }>()).user, "ann");
    // Python puts quotes around a value that ends with "=".
    assertMatch([...session.cookieJar].map(({ value }) => value).join(), /^"?gAAAA/);
    await using notes = await session.get(`${there.url}/notes`);
    assertEquals([notes.status, await notes.json()], [200, { user: "ann", notes: [] }]);
  }
});
