import { assert, assertEquals } from "@std/assert";
import { ROOT, run } from "./_process.ts";

// Requirements of JSR: a module doc with an example in every entry, and documentation of every
// exported symbol; also an example for each function and class, for errors one per file. `deno doc
// --lint` checks neither.

interface Doc {
  readonly doc?: string;
  readonly tags?: readonly { readonly kind: string; readonly doc?: string }[];
}

interface Module {
  readonly module_doc?: Doc;
  readonly symbols: readonly {
    readonly name: string;
    readonly declarations: readonly {
      readonly kind: string;
      readonly jsDoc?: Doc;
      readonly location: { readonly filename: string };
    }[];
  }[];
}

const { exports, publish } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
const entries: readonly string[] = Object.values(exports);

/** Symbols that `deno doc` finds in an entry. */
async function docOf(entry: string): Promise<Module> {
  const { code, stdout, stderr } = await run([Deno.execPath(), "doc", "--json", entry]);
  assertEquals(code, 0, stderr);
  const [module] = Object.values<Module>(JSON.parse(stdout).nodes);
  assert(module !== undefined, entry);
  return module;
}

const modules = new Map(
  await Promise.all(entries.map(async (entry) => [entry, await docOf(entry)] as const)),
);

Deno.test("every entry has a module doc with an example", () => {
  for (const [entry, { module_doc: doc }] of modules) {
    assert((doc?.doc ?? "").length > 20, `${entry} has no module doc`);
    assert(doc?.tags?.some(({ kind }) => kind === "example") ?? false, `${entry} has no example`);
  }
});

Deno.test("every exported symbol is documented", () => {
  const missing: string[] = [];
  for (const [entry, { symbols }] of modules) {
    assert(symbols.length > 0, entry);
    for (const { name, declarations } of symbols) {
      if (name === "default" || name === "delete") continue; // `delete` is `del`, as a word
      // One documented overload is enough.
      if (!declarations.some(({ jsDoc }) => (jsDoc?.doc ?? "") !== "")) {
        missing.push(`${entry}: ${name}`);
      }
    }
  }
  assertEquals(missing, []);
});

Deno.test("every exported function, class and family of errors has an example", () => {
  const families = new Map<string, boolean>();
  const missing: string[] = [];
  for (const [entry, { symbols }] of modules) {
    for (const { name, declarations } of symbols) {
      if (name === "default") continue;
      // Types are shown by functions that use them, HTTP exceptions by their family.
      const [shown] = declarations.filter(({ kind }) => kind === "function" || kind === "class");
      if (shown === undefined || /^(?:web\.)?HTTP[A-Z]/.test(name)) continue;
      const tags = declarations.flatMap(({ jsDoc }) => jsDoc?.tags ?? []);
      const has = tags.some(({ kind, doc = "" }) => kind === "example" && doc.includes("```ts"));
      const file = shown.location.filename;
      if (/(?:Error|Mismatch)$/.test(name)) families.set(file, has || families.get(file) === true);
      else if (!has) missing.push(`${entry}: ${name}`);
    }
  }
  assertEquals(missing, []);
  assert(families.size > 5, `${families.size}`);
  assertEquals([...families].filter(([, has]) => !has).map(([file]) => file), []);
});

Deno.test("all exported files are published", async () => {
  const included: readonly string[] = publish.include;
  for (const entry of entries) {
    const path = entry.replace("./", "");
    assert(
      included.some((each) => each === path || each.endsWith("/") && path.startsWith(each)),
      `${entry} is not in publish.include`,
    );
  }
  for (const path of included) await Deno.stat(new URL(path, ROOT));
});

Deno.test("links and pictures of the published pages lead to published files", async () => {
  const included: readonly string[] = publish.include;
  const missing: string[] = [];
  for (const page of included.filter((each) => each.endsWith(".md"))) {
    const text = await Deno.readTextFile(new URL(page, ROOT));
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      const isIn = included.some((each) =>
        each === target || each.endsWith("/") && target.startsWith(each)
      );
      if (!isIn) missing.push(`${page}: ${target}`);
    }
  }
  assertEquals(missing, []);
});

Deno.test("the bundles for JSR are one program", async () => {
  const folder = new URL("build/jsr/", ROOT);
  const built = await run([Deno.execPath(), "run", "-A", "tests/jsr_build.ts"]);
  assertEquals(built.code, 0, built.stderr);
  const program = `
    import { ClientSession, web } from "@roundtrip/http";
    import * as server from "@roundtrip/http/server";
    const app = new server.Application();
    const headers = { "set-cookie": "id=7; Domain=example.org" };
    app.addRoutes([
      web.get("/{name}", ({ matchInfo }) => web.textResponse(matchInfo.name, { headers })),
    ]);
    await using session = new ClientSession({ app, baseUrl: "http://www.example.org" });
    await using response = await session.get("/Ada");
    const cookie = session.cookieJar.cookieHeader(new URL("http://example.org"));
    console.log(await response.text(), cookie, web.Application === server.Application);`;
  await Deno.writeTextFile(new URL("try.ts", folder), program);
  const args = ["run", "--quiet", "-A", new URL("try.ts", folder).pathname];
  const { stdout, stderr } = await run([Deno.execPath(), ...args]);
  assertEquals(stdout, "Ada id=7 true\n", stderr);
  await Deno.remove(new URL("try.ts", folder));

  // Evaluating these takes as long as the rest of a server's start: they are there for the first use.
  const modules = new URL("dist/modules/", folder);
  let text = "";
  for await (const { name, isFile } of Deno.readDir(modules)) {
    if (isFile) text += await Deno.readTextFile(new URL(name, modules));
  }
  assertEquals(text.match(/^.* (?:from )?"(?:tough-cookie|node:buffer)";$/gm), null);
  assert(/get: \(\) => require_jar\(\)\[name\]/.test(text), "the jar is not for its first use");
});
