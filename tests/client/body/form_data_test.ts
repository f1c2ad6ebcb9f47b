import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { ClientSession, FormBody, openFile, payloadOf, type RequestData } from "@roundtrip/http";
import { pathToFileURL } from "node:url";

// A form in `data` without a FormBody, like a dict with files in aiohttp.

async function send(data: RequestData): Promise<[type: string, text: string]> {
  const app = {
    fetch: async (request: Request) =>
      Response.json([request.headers.get("content-type") ?? "", await request.text()]),
  };
  await using session = new ClientSession({ app });
  await using response = await session.post("/", { data });
  return await response.json();
}

async function formOf(data: RequestData): Promise<FormData> {
  const [type, text] = await send(data);
  assertStringIncludes(type, "multipart/form-data");
  return await new Response(text, { headers: { "content-type": type } }).formData();
}

async function textOf(form: FormData, name: string): Promise<string> {
  const value = form.get(name);
  return value instanceof File
    ? `${value.name} ${value.type} ${await value.text()}`
    : String(value);
}

Deno.test("a file of openFile() has its name and type, in a form and as the body", async () => {
  const path = await Deno.makeTempFile({ prefix: "报告-", suffix: ".csv" });
  const name = path.split("/").at(-1);
  await Deno.writeTextFile(path, "report");
  for (const each of [path, pathToFileURL(path)]) {
    const file = await openFile(each);
    const form = await formOf({ file, page: 7, gone: undefined, none: null });
    assertEquals(await textOf(form, "file"), `${name} text/csv report`);
    assertEquals([...form.keys()], ["file", "page"]);
    assertEquals(form.get("page"), "7");
  }
  assertEquals(await send(await openFile(path)), ["text/csv", "report"]);
  const named = new FormBody().addField("file", await openFile(path), {
    filename: "a.txt",
    contentType: "text/plain",
  });
  assertEquals(await textOf(await formOf(named), "file"), "a.txt text/plain report");
  await Deno.remove(path);
});

Deno.test("a file of Deno.open() needs a name, and the error names both remedies", async () => {
  const path = await Deno.makeTempFile();
  using file = await Deno.open(path);
  assertThrows(
    () => payloadOf({ file }),
    TypeError,
    'Cannot send form field "file": an open file does not know its path. Open it by ' +
      'openFile(path), or write addField("file", file, { filename })',
  );
  const form = new FormBody().addField("file", await Deno.open(path), { filename: "a.bin" });
  assertEquals(await textOf(await formOf(form), "file"), "a.bin application/octet-stream ");
  await Deno.remove(path);
});

const FILES: readonly [name: string, data: RequestData, text: string][] = [
  ["a File", { f: new File(["x"], "a.txt", { type: "text/csv" }) }, "a.txt text/csv x"],
  ["a Blob among pairs", [["a", "1"], ["f", new Blob(["x"])]], "f application/octet-stream x"],
  ["bytes", { f: new TextEncoder().encode("x") }, "f application/octet-stream x"],
  ["a stream in a Map", new Map([["f", new Blob(["x"]).stream()]]), "f application/octet-stream x"],
  ["one of a list", { f: [new File(["x"], "1"), "2"] }, "1 application/octet-stream x"],
];
for (const [name, data, text] of FILES) {
  Deno.test(`${name} in data makes the form multipart`, async () => {
    assertEquals(await textOf(await formOf(data), "f"), text);
  });
}

Deno.test("pairs of an iterator are sent completely", async () => {
  function* pairs(): Generator<[string, string]> {
    yield ["a", "1"];
    yield ["a", "2"];
  }
  assertEquals(await send(pairs()), ["application/x-www-form-urlencoded", "a=1&a=2"]);
});

Deno.test("pairs in a variable, which TypeScript infers as arrays of any length", async () => {
  const pairs = [["a", "1"], ["a", "2"]];
  assertEquals(await send(pairs), ["application/x-www-form-urlencoded", "a=1&a=2"]);
  await using session = new ClientSession({ app: { fetch: (r) => new Response(r.url) } });
  await using response = await session.get("/", { params: pairs });
  assertEquals(await response.text(), "http://localhost/?a=1&a=2");
  const params = [["a", "1", "2"]];
  const message = "Cannot encode a query parameter: expected [name, value], got a list of 3";
  await assertRejects(() => session.get("/", { params }), TypeError, message);
});

Deno.test("URLSearchParams are sent as by toString()", async () => {
  const [, text] = await send(new URLSearchParams({ a: "x/y" }));
  assertEquals(text, "a=x%2Fy");
});

const WRONG: readonly [name: string, data: unknown, message: string][] = [
  ["an object in a field", { a: { b: 1 } }, 'Cannot send form field "a": expected text, a number'],
  ["a list in a list", { a: [[1]] }, 'Cannot send form field "a": expected text'],
  ["a list of numbers", [1, 2], "Cannot encode a form field: expected [name, value], got number"],
  ["a name alone", [["a"]], "Cannot encode a form field: expected [name, value], got a list of 1"],
  ["a function in a field", { a: () => 1 }, 'Cannot encode form field "a": expected a string'],
];
for (const [name, data, message] of WRONG) {
  Deno.test(`${name} is refused with the name of the field`, async () => {
    await assertRejects(() => send(data as RequestData), TypeError, message);
  });
}
