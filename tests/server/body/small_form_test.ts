import { assert, assertEquals } from "@std/assert";
import { FormBody, MultipartReader } from "@roundtrip/http";
import {
  MULTIPART_LIMITS,
  type MultipartLimits,
  resolveMultipartLimits,
} from "../../../http/multipart/limits.ts";
import type { ParsedForm } from "../../../server/body/post_data.ts";
import { parseForm } from "../../../server/body/read_form.ts";
import { SMALL_FORM, smallForm } from "../../../server/body/small_form.ts";
import { scaled } from "../../_whole.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function form(...parts: string[]): string {
  return parts.map((part) => `--B\r\n${part}\r\n`).join("") + "--B--\r\n";
}

const FIELD = 'Content-Disposition: form-data; name="a"\r\n\r\n';
const FILE =
  'Content-Disposition: form-data; name="f"; filename="a b.txt"\r\nContent-Type: text/Plain\r\n\r\n';

async function shown(form: ParsedForm): Promise<unknown[]> {
  const fields: unknown[] = [];
  for (const [name, value] of form.data) {
    if (typeof value === "string") fields.push([name, value]);
    else {
      const { filename, contentType, size, headers } = value;
      fields.push([
        name,
        value.name,
        filename,
        contentType,
        size,
        [...headers],
        await value.bytes(),
      ]);
    }
  }
  form.close();
  return fields;
}

/** What the reader makes of a body; `null` for an error. */
async function read(bytes: Uint8Array<ArrayBuffer>, limits: Partial<MultipartLimits> = {}) {
  const type = "multipart/form-data; boundary=B";
  try {
    return await shown(
      await parseForm(new MultipartReader(new Blob([bytes]).stream(), type, limits)),
    );
  } catch {
    return null;
  }
}

const TYPE = "Content-Type: text/plain; charset=utf-8\r\n";

const USUAL = [
  form(`${TYPE}${FIELD}ä`, FILE.replace(/Content-Type.*\r\n/, ""), `${TYPE}${FIELD}1`),
  form(FIELD),
  form(`${FIELD}1`, `${FIELD}2\r\n3`, `${FIELD}ä€`, `${FIELD}\ufeffx`),
  form(`${FIELD}\r\n\r\n\r\n`, `${FIELD}x--B--`, `${FIELD}x\r\n-`),
  form(`${FILE}content`, `${FIELD}1`, FILE, `${FILE}\r\n\0\r`),
  form(`${FIELD}1`).toLowerCase().replaceAll("--b", "--B"),
  form(`${FIELD}1`).replace(/\r\n$/, ""),
  form('Content-Disposition: form-data; name="a[0].b c"\r\n\r\n1'),
];

Deno.test("a usual form is read at once, as the reader reads it", async () => {
  for (const text of USUAL) {
    const bytes = encode(text);
    const small = smallForm(bytes, "B", resolveMultipartLimits());
    assert(small !== null, text);
    assertEquals(await shown(small), await read(bytes), text);
  }
});

Deno.test("forms as FormData and FormBody write them are usual", async () => {
  const data = new FormData();
  data.append("name", "Ada");
  data.append("file", new Blob(["hello"], { type: "image/png" }), "a.png");
  const response = new Response(data);
  const type = response.headers.get("content-type") ?? "";
  const boundary = type.slice(type.indexOf("boundary=") + "boundary=".length);
  assertEquals(smallForm(await response.bytes(), boundary, resolveMultipartLimits())?.data.size, 2);
  const body = new FormBody().addField("name", "Ada").addField("file", "hello", {
    filename: "a.txt",
    contentType: "text/plain",
  }).encode();
  const whole = await new Response(body.stream()).bytes();
  const own = body.contentType.slice(body.contentType.indexOf("boundary=") + "boundary=".length);
  assertEquals(smallForm(whole, own, resolveMultipartLimits())?.data.size, 2);
});

const UNUSUAL: [text: string, limits?: Partial<MultipartLimits>][] = [
  [""],
  ["--B--\r\n"],
  [`preamble\r\n${form(`${FIELD}1`)}`],
  [`${form(`${FIELD}1`)}epilogue`],
  [form(`${FIELD}1`).replace("--B--", "--B")],
  [form(`${FIELD}1`).replaceAll("\r\n", "\n")],
  [form(`${FIELD}1\r\n--BX`)],
  [form(`${FIELD}--B`)],
  [form(`${FIELD}--B--`)],
  [form(FIELD.replace("\r\n\r\n", "\r\n"))],
  [form(`${FIELD.replace('"a"', '"%22"')}1`)],
  [form(`${FIELD.replace('"a"', '"a\\"b"')}1`)],
  [form(`${FIELD.replace('"a"', '"ä"')}1`)],
  [form(`${FIELD.replace('"a"', '""')}1`)],
  [form(`${FIELD.replace('"a"', '"a"; name="b"')}1`)],
  [form(`${FILE.replace("a b.txt", "")}1`)],
  [form(`${FILE.replace("text/Plain", "text/plain; charset=latin1")}1`)],
  [form(`Content-Transfer-Encoding: base64\r\n${FIELD}1`)],
  [form(`${TYPE}${FILE}1`)],
  [form(`Content-Type: multipart/mixed\r\n${FIELD}1`)],
  [form(`${FIELD}1`).repeat(2)],
  [form(`${FIELD}1`, `${FIELD}1`), { maxParts: 1 }],
  [form(`${FIELD}12345`), { maxFieldSize: 4 }],
  [form(`${FILE}12345`), { maxFileSize: 4 }],
  [form(`${FIELD}12345`), { maxTotalSize: 20 }],
  [form(`${FILE}1`), { maxHeaders: 1 }],
  [form(`${FIELD}1`), { maxHeaderSize: 20 }],
  [form(`${FILE}1`), { maxNameLength: 5 }],
  [form(`${FIELD}1`), { maxBoundaryLength: 0 }],
  [form(`${FIELD}${"x".repeat(SMALL_FORM)}`)],
];

Deno.test("anything else is left to the reader", () => {
  for (const [text, limits] of UNUSUAL) {
    assertEquals(
      smallForm(encode(text), "B", resolveMultipartLimits(limits)),
      null,
      text.slice(0, 200),
    );
  }
  const latin1 = Uint8Array.from(form(`${FIELD}\xe4`), (character) => character.charCodeAt(0));
  assertEquals(smallForm(latin1, "B", resolveMultipartLimits()), null);
  for (const boundary of ["", "B ", 'B"', "x".repeat(71)]) {
    const text = form(`${FIELD}1`).replaceAll("--B", `--${boundary}`);
    assertEquals(smallForm(encode(text), boundary, resolveMultipartLimits()), null, boundary);
  }
});

Deno.test("a changed form is read as the reader reads it, or left to it", async () => {
  const pieces = [
    ...'\r\n-B"; =%\\\0aä',
    "\r\n",
    "--B",
    "--B--",
    "\r\n\r\n",
    FIELD,
    FILE,
    'name="x"',
  ];
  const limits: (Partial<MultipartLimits> | undefined)[] = Object.keys(MULTIPART_LIMITS.kinds)
    .filter((name) => name !== "maxDuration").map((name) => ({ [name]: 60 }));
  let random = 1;
  const below = (limit: number) => (random = random * 48271 % 2147483647) % limit;
  let taken = 0;
  for (const _ of Array(scaled(50_000))) {
    let text = USUAL[below(USUAL.length)] ?? "";
    for (let changes = 1 + below(3); changes > 0; changes--) {
      const at = below(text.length + 1);
      text = text.slice(0, at) + (pieces[below(pieces.length)] ?? "") + text.slice(at + below(3));
    }
    const limit = limits[below(3 * limits.length)];
    const bytes = encode(text);
    const small = smallForm(bytes, "B", resolveMultipartLimits(limit));
    if (small === null) continue;
    taken++;
    assertEquals(await shown(small), await read(bytes, limit), text);
  }
  assert(taken > 300, `${taken} were read`);
});
