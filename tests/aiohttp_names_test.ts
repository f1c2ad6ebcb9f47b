import { assert, assertEquals } from "@std/assert";
import { pythonWith } from "./interop/_python.ts";
import { ROOT, run } from "./_process.ts";

// Compares docs/aiohttp_names.md with the code: its names have to exist, and it has to contain
// every public name of aiohttp.

interface Member {
  readonly name: string;
  readonly kind?: string;
  readonly accessibility?: string;
  readonly tsType?: { readonly repr?: string };
}

interface Definition {
  readonly properties?: readonly Member[];
  readonly methods?: readonly Member[];
  readonly callSignatures?: readonly unknown[];
  readonly extends?: string | readonly { readonly repr: string }[];
  readonly tsType?: {
    readonly repr?: string;
    /** An object type's properties, or the parts of an intersection. */
    readonly value?: { readonly properties?: readonly Member[] } | readonly { repr: string }[];
  };
}

interface Symbol {
  readonly name: string;
  readonly declarations: readonly { readonly kind: string; readonly def?: Definition }[];
}

/** The public symbols of an entry by name, from `deno doc`. */
async function symbolsOf(entry: string): Promise<ReadonlyMap<string, Symbol>> {
  const { code, stdout, stderr } = await run([Deno.execPath(), "doc", "--json", entry]);
  assertEquals(code, 0, stderr);
  const [module] = Object.values<{ symbols: readonly Symbol[] }>(JSON.parse(stdout).nodes);
  assert(module !== undefined, entry);
  return new Map(module.symbols.map((symbol) => [symbol.name, symbol]));
}

const [client, server, redis] = await Promise.all(
  ["mod.ts", "server/mod.ts", "server/redis.ts"].map(symbolsOf),
);
assert(client !== undefined && server !== undefined && redis !== undefined);
/** Entries to search for a parent class, which may be a shared one. */
const every = new Map([...client, ...server]);

/** Finds a member, inherited ones included; `null` if missing. */
function memberOf(
  symbols: ReadonlyMap<string, Symbol>,
  owner: string,
  name: string,
): "method" | "property" | null {
  for (const { def } of symbols.get(owner)?.declarations ?? []) {
    if (def === undefined) continue;
    const method = def.methods?.find((each) => each.name === name);
    if (method !== undefined) {
      return method.kind === "getter" || method.kind === "setter" ? "property" : "method";
    }
    const type = def.tsType?.value ?? {};
    const properties = [
      ...def.properties ?? [],
      ..."properties" in type ? type.properties ?? [] : [],
    ];
    const property = properties.find((each) =>
      each.name === name && each.accessibility === undefined
    );
    if (property !== undefined) return isCalled(property) ? "method" : "property";
    const parents = typeof def.extends === "string" ? [{ repr: def.extends }] : def.extends ?? [];
    for (const { repr } of parents) {
      const inherited = memberOf(every, repr, name);
      if (inherited !== null) return inherited;
    }
  }
  return null;
}

/** Whether a property is a function by its type, which has call signatures. */
function isCalled({ tsType }: Pick<Member, "tsType">): boolean {
  return hasCalls(tsType?.repr ?? "");
}

function hasCalls(type: string): boolean {
  return every.get(type)?.declarations.some(({ def }) =>
    (def?.callSignatures?.length ?? 0) > 0 ||
    [def?.extends, def?.tsType?.value].some((types) =>
      Array.isArray(types) && types.some(({ repr }) => hasCalls(repr))
    )
  ) ?? false;
}

/** The error of a name in the second column, such as `web.Router.named()`; `null` for none. */
function problemOf(span: string): string | null {
  const isCall = span.endsWith("()");
  const path = span.replace(/\(\)$/, "").split(".");
  const symbols = path[0] === "web" ? server : path[0] === "redisStore" ? redis : client;
  if (path[0] === "web") path.shift();
  const [owner = "", member, ...rest] = path;
  const symbol = symbols?.get(owner);
  if (symbols === undefined || symbol === undefined) return `${span} is not exported`;
  if (rest.length > 0) return `${span} has too many parts`;
  if (member === undefined) {
    const isFunction = symbol.declarations.some(({ kind, def }) =>
      kind === "function" || kind === "variable" && def !== undefined && isCalled(def)
    );
    return isCall === isFunction ? null : `${span} is ${isFunction ? "a" : "no"} function`;
  }
  const kind = memberOf(symbols, owner, member);
  if (kind === null) return `${owner} has no ${member}`;
  return isCall === (kind === "method") ? null : `${span} is a ${kind}`;
}

/** The error of a name of the platform. */
function platformProblemOf(span: string): string | null {
  let at: unknown = globalThis;
  for (const name of span.split(".")) at = Reflect.get(Object(at), name);
  return at === undefined ? `the platform has no ${span}` : null;
}

type Row = readonly [aiohttp: string, here: string, note: string];

/** The rows of all tables of a text. */
function rowsOf(text: string): Row[] {
  return text.split("\n").filter((line) =>
    /^\| .* \|$/.test(line) && !/^\| (?:-+|aiohttp\w*) +\|/.test(line)
  )
    .map((line) => {
      const [aiohttp = "", here = "", note = "", ...more] = line.slice(1, -1).split("|")
        .map((cell) => cell.trim());
      assertEquals(more, [], line);
      return [aiohttp, here, note];
    });
}

/** The errors of a row. */
function problemsOf([aiohttp, here, note]: Row): string[] {
  const [, where, list = ""] = /^(platform )?((?:`[^`]+`(?:, )?)+)$/.exec(here) ?? [];
  if (list === "") {
    // Names left out need an alternative.
    const isSaid = here === "**not possible**" || here === "**not here**" && note !== "";
    return isSaid ? [] : [`${aiohttp}: "${here}"`];
  }
  return [...list.matchAll(/`([^`]+)`/g)].flatMap(([, span = ""]) =>
    (where === undefined ? problemOf(span) : platformProblemOf(span)) ?? []
  );
}

const page = await Deno.readTextFile(new URL("docs/aiohttp_names.md", ROOT));
const rows = rowsOf(page);

Deno.test("every name in docs/aiohttp_names.md exists", () => {
  assert(rows.length > 400, `${rows.length} rows`);
  assertEquals(rows.flatMap(problemsOf), []);
});

const WRONG: readonly [here: string, problem: string][] = [
  ["`Nothing`", "Nothing is not exported"],
  ["`web.ClientSession`", "web.ClientSession is not exported"],
  ["`ClientSession.fetch()`", "ClientSession has no fetch"],
  ["`ClientSession.closed()`", "ClientSession.closed() is a property"],
  ["`ClientSession.get`", "ClientSession.get is a method"],
  ["`request`", "request is a function"],
  ["`ClientSession()`", "ClientSession() is no function"],
  ["`SessionOptions.base_url`", "SessionOptions has no base_url"],
  ["`WSMsgType.NONE`", "WSMsgType has no NONE"],
  ["platform `Nothing`", "the platform has no Nothing"],
  ["", 'name: ""'],
  ["soon", 'name: "soon"'],
  ["**not here**", 'name: "**not here**"'],
];
for (const [here, problem] of WRONG) {
  Deno.test(`a row with ${here || "nothing"} is reported`, () => {
    const table = `| aiohttp | here | note |\n| --- | --- | --- |\n| name | ${here} | |`;
    assertEquals(rowsOf(table).flatMap(problemsOf), [problem]);
  });
}

Deno.test("names are unique in each table", () => {
  for (const section of page.split(/^## /m).slice(1)) {
    const names = rowsOf(section).map(([name]) => name);
    const twice = names.filter((name, i) => names.indexOf(name) !== i);
    assertEquals(twice, [], section.split("\n")[0]);
  }
});

const python = await pythonWith("aiohttp");

Deno.test("every public name of aiohttp is in docs/aiohttp_names.md", {
  ignore: python === null,
}, async () => {
  const program = `
import aiohttp, aiohttp.web, aiohttp.abc, aiohttp.test_utils as tests
names = set(aiohttp.__all__) | set(aiohttp.web.__all__)
names |= {name for name in dir(aiohttp.abc) if name.startswith("Abstract")}
names |= {n for n, v in vars(tests).items() if n[0] != "_" and getattr(v, "__module__", "") == tests.__name__}
print("\\n".join(sorted(names)))
`;
  const { code, stdout, stderr } = await run([python ?? "", "-c", program]);
  assertEquals(code, 0, stderr);
  const names = stdout.trim().split("\n");
  assert(names.length > 200, `${names.length}`);
  const known = new Set(rows.flatMap(([name]) => [...name.matchAll(/\w+/g)].map(([word]) => word)));
  known.add("hdrs"); // mentioned above the tables
  assert(/`aiohttp\.hdrs`/.test(page));
  assertEquals(names.filter((name) => !known.has(name)), []);
});
