import { assert, assertEquals, assertThrows } from "@std/assert";
import { OptionTable } from "../../http/options.ts";

const ROOT = new URL("../../", import.meta.url);

interface Sample {
  readonly status?: number;
  readonly headers?: HeadersInit;
  readonly dumps?: (value: unknown) => string;
  readonly signal?: AbortSignal;
  readonly clientMaxSize?: number;
  readonly print?: (() => void) | null;
  readonly names?: Iterable<string>;
}

const SAMPLE = new OptionTable<Sample>({
  status: "a number",
  headers: "a map or a list of pairs",
  dumps: "a function",
  signal: "an AbortSignal",
  clientMaxSize: "a number",
  print: "a function or null",
  names: "a list",
}, { cookies: "Call setCookie()" });

Deno.test("valid options pass, and undefined counts as missing", () => {
  for (
    const options of [
      {},
      { status: 201, headers: new Headers(), dumps: String },
      { status: undefined, headers: [["a", "b"]], print: null, names: new Set("a") },
      { signal: new AbortController().signal, headers: { a: "b" }, names: ["a"] },
      Object.create(null),
    ]
  ) SAMPLE.check("f()", options as Sample);
});

Deno.test("invalid options are errors that name the right one", () => {
  const rows: readonly (readonly [options: unknown, message: string])[] = [
    [{ stauts: 1 }, 'f(): unknown option "stauts", did you mean "status"?'],
    [
      { client_max_size: 1 },
      'f(): unknown option "client_max_size", did you mean "clientMaxSize"?',
    ],
    [{ "Client-Max-Size": 1 }, 'did you mean "clientMaxSize"?'],
    [{ statusCode: 1 }, 'did you mean "status"?'],
    [{ cookies: {} }, 'f(): unknown option "cookies". Call setCookie()'],
    [{ constructor: 1 }, 'unknown option "constructor"; there is status, headers, '],
    [JSON.parse('{"__proto__":1}'), 'unknown option "__proto__"; there is'],
    [{ status: "201" }, 'f(): "status" takes a number, got the string "201"'],
    [{ status: null }, '"status" takes a number, got null'],
    [{ status: 1n }, '"status" takes a number, got the bigint 1'],
    [{ headers: "a: b" }, '"headers" takes a map or a list of pairs, got the string "a: b"'],
    [{ headers: Promise.resolve({}) }, "got a promise: await it first"],
    [{ dumps: 2 }, '"dumps" takes a function, got the number 2'],
    [{ signal: new AbortController() }, "takes an AbortSignal, got an instance of AbortController"],
    [{ print: false }, '"print" takes a function or null, got false'],
    [{ names: "abc" }, '"names" takes a list, got the string "abc"'],
    [201, "f(): options are an object such as { status: 201 }, got the number 201"],
    [null, "f(): options are an object with status, headers, "],
    [[], "got a list"],
    [String, "such as { dumps: … }, got the function String"],
  ];
  for (const [options, message] of rows) {
    assertThrows(() => SAMPLE.check("f()", options as Sample), TypeError, message);
  }
  const short = new OptionTable<{ port: number; path: string; ui: string }>({
    port: "a number",
    path: "a string",
    ui: "a string",
  });
  for (const [given, meant] of [["paht", "path"], ["iu", "ui"], ["prot", "port"]] as const) {
    const wrong = () => short.check("f()", { [given]: 1 } as never);
    assertThrows(wrong, TypeError, `did you mean "${meant}"?`);
  }
});

Deno.test("a table picks its own options", () => {
  assertEquals(SAMPLE.pick({ status: 1, other: 2 } as Sample), { status: 1 });
});

Deno.test("every public interface of options has a table, which the types keep complete", async () => {
  // Made by an engine or a session for its own objects, never by a caller.
  const inner = ["UpgradeOptions", "ClientRequestInit"];
  // Of interfaces that have a table: RouteSchemas, WebSocketGroupOptions, EventGroupOptions.
  const parts = ["RequestSchemas", "GroupOptions"];
  let sources = "";
  const read = async (folder: URL): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) await read(new URL(`${name}/`, folder));
      else if (name.endsWith(".ts")) sources += await Deno.readTextFile(new URL(name, folder));
    }
  };
  for (const folder of ["http/", "client/", "server/"]) await read(new URL(folder, ROOT));
  const entries = await Promise.all(
    ["client/mod.ts", "server/mod.ts"].map((file) => Deno.readTextFile(new URL(file, ROOT))),
  );
  const names = new Set(
    entries.join("").match(/\b\w+(?:Options|Timeout|Config|Schemas|BasicAuth|RequestInit)\b/g),
  );
  assert(names.size > 40, "the entries were not read");
  for (const name of names) {
    if ([...inner, ...parts].includes(name) || !sources.includes(`export interface ${name}`)) {
      continue;
    }
    assert(
      new RegExp(`(?:new OptionTable|tablesOf|OptionKinds)<\\s*(?:Partial<)?${name}\\b`).test(
        sources,
      ),
      `${name} has no table: unknown options would pass without a word`,
    );
  }
});

Deno.test("a check of three options takes at most ten times a plain look at them", () => {
  const options: Record<string, unknown> = { status: 201, headers: { a: "b" }, dumps: String };
  const kinds = new Map<string, string>(
    Object.entries(options).map(([name, value]) => [name, typeof value]),
  );
  const look = () => {
    for (const name in options) {
      const kind: string = typeof options[name];
      if (kinds.get(name) !== kind) throw new TypeError(name);
    }
  };
  const check = () => SAMPLE.check("f()", options);
  const least = [Infinity, Infinity]; // of short rounds in turn, for a busy machine
  for (let round = 0; round < 400; round++) {
    for (const [at, each] of [look, check].entries()) {
      const start = performance.now();
      for (let i = 0; i < 2_000; i++) each();
      least[at] = Math.min(least[at] ?? 0, (performance.now() - start) / 2); // µs each
    }
  }
  const [plain = 0, checked = 0] = least;
  const figures = `a look: ${plain.toFixed(3)} µs, a check: ${checked.toFixed(3)} µs`;
  assert(checked < 10 * plain, figures);
  if (Deno.env.get("BENCH")) console.log(figures);
});
