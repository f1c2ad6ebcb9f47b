import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

/**
 * The subfolders ("rooms") of each folder, lowest first: a room imports only itself and those
 * before it, types included. A file directly in the folder belongs to the room named like the
 * folder.
 */
const ORDERS: Readonly<Record<string, readonly string[]>> = {
  http: ["http", "bytes", "headers", "coding", "http1", "multipart", "schema", "websocket"],
  client: [
    "errors",
    "hop",
    ...["response", "body", "cookies", "connect", "middleware"],
    "transport",
    "request",
    "websocket",
    "testing",
    "client",
  ],
  server: [
    ...["engine", "exceptions"],
    ...["sockets", "body"],
    "request",
    "response",
    ...["sessions", "routing"],
    "files",
    ...["routes", "development"],
    "application",
    ...["provide", "openapi", "guards", "uploads", "websocket", "groups", "run", "redis"],
    "proxy",
    "testing",
    "server",
  ],
  cli: [
    ...["specs", "errors"],
    ...["args", "io"],
    ...["help", "listening", "loading", "connecting"],
    ...["output", "saving"],
    ...["files", "httpbin", "init", "request", "routes", "run", "serve", "tutorial", "ws"],
    "cli",
  ],
  bench: ["setup", "contenders", "servers", "clients", "measure", "cases", "bench"],
};
/** Allowed imports of each folder. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  http: ["http"],
  client: ["client", "http"],
  server: ["server", "http"],
};
const MOST_FILES = 16;
const MOST_CODE_LINES = 250;
const HONO_FILES = [
  "server/application/application.ts",
  "server/application/entrance.ts",
  "server/application/error_response.ts",
  "server/application/hono_response.ts",
  "server/application/hono_router.ts",
  "server/hono.ts",
  "server/request/hono_context.ts",
  "server/request/request.ts",
];
const PUBLIC_ENTRIES = [
  "mod.ts",
  "shared.ts",
  "client/mod.ts",
  "server/mod.ts",
  "server/hono.ts",
  "server/node.ts",
  "server/redis.ts",
  "cli/main.ts",
];
const IMPORT = /^\s*(?:import|export)\b[^;]*?\bfrom\s+"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;

async function modulesOf(folder: string): Promise<Map<string, string[]>> {
  const modules = new Map<string, string[]>();
  for await (const { name, isFile, isDirectory } of Deno.readDir(new URL(`${folder}/`, ROOT))) {
    if (name.startsWith(".")) continue; // installed by bench/setup
    const path = `${folder}/${name}`;
    if (isDirectory) {
      for (const [inner, imports] of await modulesOf(path)) modules.set(inner, imports);
    }
    if (!isFile || !name.endsWith(".ts")) continue;
    // Examples in doc comments are separate programs.
    const text = (await Deno.readTextFile(new URL(path, ROOT))).replaceAll(/\/\*\*[^]*?\*\//g, "");
    modules.set(path, [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? ""));
  }
  return modules;
}

/** `server/files/send_file.ts` stands in the room `files`, `server/mod.ts` in `server`. */
function roomOf(file: string): string {
  return file.split("/").at(-2) ?? "";
}

function targetOf(file: string, specifier: string): string {
  return new URL(specifier, new URL(file, ROOT)).href.slice(ROOT.href.length);
}

async function graphOf(folders: readonly string[]): Promise<Map<string, string[]>> {
  const maps = await Promise.all(folders.map(modulesOf));
  return new Map(maps.flatMap((map) => [...map]));
}

Deno.test("modules import in the allowed direction, without cycles", async () => {
  const graph = await graphOf(Object.keys(MAY_IMPORT));
  assert(graph.size > 20, "the folders were not read");
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    assert(!trail.includes(file), `Import cycle: ${[...trail, file].join(" -> ")}`);
    if (done.has(file)) return;
    for (const specifier of graph.get(file) ?? []) {
      if (!specifier.startsWith(".")) continue;
      const target = targetOf(file, specifier);
      const allowed = MAY_IMPORT[file.split("/")[0] ?? ""] ?? [];
      assert(allowed.includes(target.split("/")[0] ?? ""), `${file} may not import ${target}`);
      visit(target, [...trail, file]);
    }
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
});

Deno.test("Hono is named in few files only", async () => {
  const graph = await graphOf(Object.keys(MAY_IMPORT));
  const users = [...graph].filter(([, imports]) => imports.some((each) => /^hono\b/.test(each)));
  assertEquals(users.map(([file]) => file).sort(), HONO_FILES);
});

Deno.test("only engines know the details of Deno's HTTP server", async () => {
  const ways =
    /Deno\.serve\b|Deno\.HttpServer|upgradeWebSocket|getOwnPropertySymbols|legacy.abort|bad ?resource/i;
  const knowing: string[] = [];
  const graph = await graphOf([...Object.keys(MAY_IMPORT), "cli"]);
  for (const file of graph.keys()) {
    if (ways.test(await Deno.readTextFile(new URL(file, ROOT)))) knowing.push(file);
  }
  // The last one moves WebSocket frames for the one before.
  assertEquals(knowing.sort(), [
    "server/engine/deno_engine.ts",
    "server/engine/deno_port.ts",
    "server/engine/deno_socket.ts",
  ]);
  const users = (name: string) =>
    [...graph].filter(([file, imports]) =>
      imports.some((each) => each.startsWith(".") && targetOf(file, each) === name)
    ).map(([file]) => file).sort();
  assertEquals(users("server/engine/deno_socket.ts"), ["server/engine/deno_port.ts"]);
  // The entry point, and the default of a runner.
  assertEquals(users("server/engine/deno_engine.ts"), [
    "server/mod.ts",
    "server/run/runner.ts",
  ]);
});

Deno.test("published modules import npm packages, node: and each other, nothing from jsr:", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  for (const [file, specifiers] of await graphOf([...Object.keys(MAY_IMPORT), "cli"])) {
    for (const specifier of specifiers) {
      if (specifier.startsWith(".") || specifier.startsWith("node:")) continue;
      const name = specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
      const target: string = imports[specifier] ?? imports[name] ?? specifier;
      assert(target.startsWith("npm:"), `${file} imports ${specifier}, which is ${target}`);
    }
  }
});

Deno.test("the command, examples and benchmarks import public entries only", async () => {
  for (const [file, specifiers] of await graphOf(["cli", "examples", "bench"])) {
    for (const specifier of specifiers) {
      if (!specifier.startsWith(".")) continue;
      const target = targetOf(file, specifier);
      const [folder = ""] = target.split("/");
      if (file.startsWith("cli/") && folder === "cli") continue;
      if (!(folder in MAY_IMPORT) && !/^(?:mod|shared)\.ts$/.test(target)) continue;
      assert(PUBLIC_ENTRIES.includes(target), `${file} may not import ${target}`);
    }
  }
});

Deno.test("the command loads no library modules before it knows the subcommand", async () => {
  const text = await Deno.readTextFile(new URL("cli/main.ts", ROOT));
  const imports = [...text.matchAll(/^import\s(?!type)[^;]*?\bfrom\s+"([^"]+)"/gm)].map((match) =>
    match[1]
  );
  assertEquals(imports, ["./io/version.ts"]);
});

Deno.test("each room imports only rooms before it", async () => {
  for (const [folder, order] of Object.entries(ORDERS)) {
    const rooms = new Set<string>();
    for (const [file, specifiers] of await graphOf([folder])) {
      const room = order.indexOf(roomOf(file));
      assert(room >= 0, `${file} stands in a room without a place in the order`);
      rooms.add(roomOf(file));
      for (const specifier of specifiers) {
        if (!specifier.startsWith(".")) continue;
        const target = targetOf(file, specifier);
        if (!target.startsWith(`${folder}/`)) continue;
        const place = order.indexOf(roomOf(target));
        assert(place <= room, `${file} may not import ${target}: its room comes later`);
      }
    }
    assert(rooms.size > 1, `${folder}/ was not read`);
  }
});

Deno.test("a subcommand imports no other subcommand", async () => {
  const subcommands = [
    "files",
    "httpbin",
    "init",
    "request",
    "routes",
    "run",
    "serve",
    "tutorial",
    "ws",
  ];
  for (const [file, specifiers] of await graphOf(["cli"])) {
    if (!subcommands.includes(roomOf(file))) continue;
    for (const specifier of specifiers) {
      if (!specifier.startsWith(".")) continue;
      const room = roomOf(targetOf(file, specifier));
      assert(
        room === roomOf(file) || !subcommands.includes(room),
        `${file} imports ${specifier}`,
      );
    }
  }
});

Deno.test("a room has a README, and the files that it names exist", async () => {
  const files = [...(await graphOf([...Object.keys(MAY_IMPORT), "cli"])).keys()];
  const rooms = new Set(files.map((file) => file.slice(0, file.lastIndexOf("/"))));
  for (const room of rooms) {
    const page = await Deno.readTextFile(new URL(`${room}/README.md`, ROOT));
    assert(page.split("\n").length <= 12, `${room}/README.md is longer than ten lines`);
    for (const [, name = ""] of page.matchAll(/`([a-z_/0-9]+\.ts)`/g)) {
      const places = [`${room}/${name}`, name, `cli/${name}`];
      assert(
        places.some((each) => files.includes(each) || each === "shared.ts"),
        `${room}: ${name}`,
      );
    }
  }
});

Deno.test("a room has at most 16 files", async () => {
  const rooms = Map.groupBy(
    (await graphOf([...Object.keys(MAY_IMPORT), "cli"])).keys(),
    (file) => file.slice(0, file.lastIndexOf("/")),
  );
  for (const [room, files] of rooms) {
    assert(files.length <= MOST_FILES, `${room}/ has ${files.length} files`);
  }
});

Deno.test("a module has at most 250 lines of code", async () => {
  for (const file of (await graphOf([...Object.keys(MAY_IMPORT), "cli"])).keys()) {
    const text = (await Deno.readTextFile(new URL(file, ROOT))).replaceAll(/\/\*\*[^]*?\*\//g, "");
    const lines = text.split("\n").filter((line) => !/^\s*(\/\/|$)/.test(line)).length;
    assert(
      lines <= MOST_CODE_LINES,
      `${file} has ${lines} lines of code: probably two things in one file`,
    );
  }
});

Deno.test("http/ is pure: it names neither Deno nor Node's sockets", async () => {
  for (const file of (await graphOf(["http"])).keys()) {
    const text = (await Deno.readTextFile(new URL(file, ROOT))).replaceAll(/\/\*\*[^]*?\*\//g, "");
    const named = text.match(/\bDeno\.|node:(?:net|tls)\b/)?.[0];
    assertEquals(named, undefined, file);
  }
});

Deno.test("sockets of Node are imported when they are needed: other runtimes load the client too", async () => {
  const only = "client/connect/node_sockets.ts";
  for (const file of (await graphOf(Object.keys(MAY_IMPORT))).keys()) {
    if (file === only || file.startsWith("server/")) continue;
    const text = (await Deno.readTextFile(new URL(file, ROOT))).replaceAll(/\/\*\*[^]*?\*\//g, "");
    const named = /^import (?!type\b)[^;]*?"(?:node:(?:net|tls|dns)|.*\/node_sockets\.ts)"/m.exec(
      text,
    );
    assertEquals(named?.[0], undefined, file);
  }
});

Deno.test("the configuration for the real @std packages maps what deno.json maps", async () => {
  const read = async (file: string): Promise<{ imports: Record<string, string> }> =>
    JSON.parse(await Deno.readTextFile(new URL(file, ROOT)));
  const { imports } = await read("deno.json");
  const other = (await read("tests/deno.jsr.json")).imports;
  for (const [name, target] of Object.entries(imports)) assertEquals(other[name], target, name);
});
