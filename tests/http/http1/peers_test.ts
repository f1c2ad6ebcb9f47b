/**
 * The same bytes to our reader, to Node's llhttp and to aiohttp's parser in Python: what ours accepts
 * must mean the same there.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { random } from "../../_random.ts";
import { WHOLE } from "../../_whole.ts";
import { rawServer } from "../../client/_raw_server.ts";
import { type Outcome, readMessage, text } from "./_message.ts";

interface Sent {
  readonly method: string | null;
  readonly message: string;
  readonly closes: boolean;
}

interface Verdict extends Partial<Omit<Outcome, "persists">> {
  readonly refused?: string;
  readonly incomplete?: boolean;
}

/** Messages that ours accepts and llhttp refuses, each with the reason. */
const LENIENT: readonly (readonly [why: string, applies: (sent: Sent) => boolean])[] = [
  ["a fold in a reply (RFC 9112 5.2)", ({ message }) => /\r\n[ \t]+/.test(message)],
  [
    "equal lengths twice in a reply (RFC 9112 6.3)",
    ({ method, message }) =>
      method !== null && /content-length:[^\r]*(?:,|\r\n[^]*content-length:)/i.test(message),
  ],
  [
    "headers of framing where no body can be (RFC 9112 6.3, rule 1)",
    ({ method, message }) =>
      method !== null && (method !== "GET" || /^HTTP\/1\.\d (?:1\d\d|204|304)/.test(message)),
  ],
  [
    "methods that llhttp does not know (RFC 9110 9.1)",
    ({ method, message }) =>
      method === null && !/^(?:\r\n)*(?:GET|POST|PUT|HEAD|OPTIONS|DELETE|PATCH) /.test(message),
  ],
  [
    "what stands in a chunk extension (RFC 9112 7.1.1)",
    ({ message }) => /\r\n[0-9a-f]+;/i.test(message),
  ],
  // Its own tables are older than the RFCs: it wants letters in schemes, and no bytes above ASCII.
  ["targets", ({ method, message }) => method === null && !/^(?:\r\n)*[A-Z]+ \//.test(message)],
  ["bytes above ASCII in a target", ({ method, message }) =>
    // deno-lint-ignore no-control-regex -- all of ASCII
    method === null && /^[^\r]*[^\x00-\x7f]/.test(message.replace(/^[\r\n]+/, ""))],
];

/** What ours accepts and they read in another way, each for a reason. */
const READ_DIFFERENTLY: readonly (readonly [why: string, applies: (sent: Sent) => boolean])[] = [
  [
    "a tab around chunked, which llhttp takes for another coding (RFC 9112 6.1, RFC 9110 5.6.3)",
    ({ method, message }) =>
      method !== null && /\r\ntransfer-encoding:[^\r]*\t[^\r]*/i.test(message),
  ],
];

/** What fetch cannot show as our reader does. */
const READ_BY_FETCH: readonly (readonly [why: string, applies: (sent: Sent) => boolean])[] = [
  ["replies before the one", ({ message }) => /^HTTP\/1\.\d 1/.test(message)],
];

const SEEDS: readonly (readonly [method: string | null, message: string])[] = [
  ["GET", "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\n\r\nhello"],
  [
    "GET",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: u\r\n\r\n",
  ],
  ["GET", "HTTP/1.0 200 OK\r\nServer: x\r\n\r\nhello"],
  ["HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"],
  ["GET", 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'],
  [null, "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n"],
  [null, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"],
  [
    null,
    "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
  ],
];
const PIECES: readonly string[] = [
  ...'\r \n \t : ; , \0 \x7f \xe9 " 0 5 a A x - + # / * %'.split(" "),
  ...[
    " ",
    "\r\n",
    "\n\n",
    "\r\n\r\n",
    "\r\n ",
    "\r\r\n",
    "0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: y\r\n\r\n",
  ],
  ...[
    "Content-Length: 5\r\n",
    "content-length: 3\r\n",
    "Content-Length: 5, 5\r\n",
    "Content-Length:\r\n",
  ],
  ...[
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: gzip, chunked\r\n",
    "Transfer-Encoding: x\r\n",
  ],
  ...[
    "Host: x\r\n",
    "Connection: close\r\n",
    "HTTP/1.0",
    "HTTP/1.1",
    "Expect: 100-continue\r\n",
    "chunked",
  ],
];

/** How many messages: some in CI, many by `deno task test:whole`. */
const COUNT = WHOLE ? 60_000 : 2_000;

function mutated(next: (below: number) => number): Sent {
  const [method, seed] = SEEDS[next(SEEDS.length)] ?? [null, ""];
  let message = seed;
  for (let left = 1 + next(3); left > 0; left--) {
    const starts = [...message.matchAll(/\r\n/g)].map(({ index }) => index + 2);
    // Half of the changes at the start of a line, where they do most.
    const at = next(2) === 0 ? starts[next(starts.length)] ?? 0 : next(message.length);
    const cut = next(3) === 0 ? 1 + next(4) : 0;
    const piece = next(5) === 0 ? "" : PIECES[next(PIECES.length)] ?? "";
    message = message.slice(0, at) + piece + message.slice(at + cut);
  }
  return { method, message, closes: next(2) === 0 };
}

async function verdicts(command: string, file: string, sent: readonly Sent[]): Promise<Verdict[]> {
  const peer = new Deno.Command(command, {
    args: [new URL(file, import.meta.url).pathname],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = sent.map((each) => `${JSON.stringify(each)}\n`).join("");
  const written = new Blob([lines]).stream().pipeTo(peer.stdin);
  const { stdout } = await peer.output();
  await written;
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}

const HAS_NODE = await new Deno.Command("node", { args: ["--version"], stdout: "null" }).output()
  .then(({ success }) => success, () => false);

Deno.test({
  name: HAS_NODE
    ? "http1: what is accepted means the same to llhttp"
    : "http1: what is accepted means the same to llhttp (skipped: no node)",
  ignore: !HAS_NODE,
  async fn() {
    const next = random(2026);
    const sent = Array.from({ length: COUNT }, () => mutated(next));
    const said = await verdicts("node", "llhttp_peer.cjs", sent);
    assertEquals(said.length, sent.length);
    let accepted = 0;
    for (const [at, each] of sent.entries()) {
      const own = readMessage([each.message], each);
      if (typeof own === "string") continue;
      accepted++;
      const other = said[at] ?? {};
      const shown = JSON.stringify({ each, own, other }, null, 1);
      if (other.refused !== undefined) {
        assert(LENIENT.some(([, applies]) => applies(each)), `refused by llhttp: ${shown}`);
        continue;
      }
      if ([...LENIENT.slice(0, 3), ...READ_DIFFERENTLY].some(([, applies]) => applies(each))) {
        continue;
      }
      assertEquals(other.incomplete, undefined, shown);
      assertEquals(other.body, own.body, shown);
      assertEquals(other.rest, own.rest, shown);
      const trimmed = other.headers?.map(([name, value]) => [name, value.trim()] as const);
      assertEquals(trimmed, own.headers, shown);
      assertEquals(other.trailers ?? [], own.trailers, shown);
    }
    assert(accepted > COUNT / 20, `only ${accepted} of ${COUNT} were accepted`);
  },
});

const PYTHON = await pythonWithAiohttp();

async function pythonWithAiohttp(): Promise<string | null> {
  for (
    const python of [new URL("../../../.venv/bin/python", import.meta.url).pathname, "python3"]
  ) {
    const { success } = await new Deno.Command(python, {
      args: ["-c", "import aiohttp"],
      stdout: "null",
      stderr: "null",
    }).output().catch(() => ({ success: false }));
    if (success) return python;
  }
  return null;
}

for (const kind of ["requests", "replies"] as const) {
  Deno.test({
    name: `http1: ${kind} mean the same to aiohttp${
      PYTHON === null ? " (skipped: no aiohttp)" : ""
    }`,
    ignore: PYTHON === null,
    async fn() {
      const next = random(kind === "requests" ? 2027 : 2028);
      const sent: Sent[] = [];
      while (sent.length < COUNT) {
        const each = mutated(next);
        if ((each.method === null) === (kind === "requests")) sent.push(each);
      }
      const said = await verdicts(PYTHON ?? "", "aiohttp_peer.py", sent);
      assertEquals(said.length, sent.length);
      let accepted = 0;
      let refused = 0;
      for (const [at, each] of sent.entries()) {
        const own = readMessage([each.message], each);
        if (typeof own === "string") continue;
        accepted++;
        const other = said[at] ?? {};
        if (READ_DIFFERENTLY.some(([, applies]) => applies(each))) continue;
        const shown = JSON.stringify({ each, own, other }, null, 1);
        // Refusing more is harmless: the rest is not read.
        if (other.refused !== undefined) refused++;
        else {
          assertEquals(other.incomplete, undefined, shown);
          assertEquals(other.body, own.body, shown);
          assertEquals(other.rest, own.rest, shown);
        }
      }
      assert(accepted > COUNT / 20, `only ${accepted} of ${COUNT} were accepted`);
      assert(refused < accepted / 3, `${refused} of ${accepted} were refused by aiohttp`);
    },
  });
}

Deno.test("http1: replies mean the same to Deno's fetch", async () => {
  const next = random(2029);
  const sent: Sent[] = [];
  while (sent.length < COUNT / 20) {
    const { method, message } = mutated(next);
    const each = { method, message, closes: true };
    if (method !== null && typeof readMessage([message], each) !== "string") sent.push(each);
  }
  await using server = rawServer(({ head }) => {
    const { message = "" } = sent[Number(/^[A-Z]+ \/(\d+)/.exec(head)?.[1])] ?? {};
    return { last: Uint8Array.from(message, (each) => each.charCodeAt(0)) };
  });
  let refused = 0;
  let at = 0;
  const work = async (): Promise<void> => {
    for (let mine = at++; mine < sent.length; mine = at++) {
      const each = sent[mine];
      if (each === undefined) return;
      if (READ_BY_FETCH.some(([, applies]) => applies(each))) continue;
      const own = readMessage([each.message], each);
      const url = `${server.url}/${mine}`;
      const other = await fetch(url, { method: each.method ?? "GET", redirect: "manual" })
        .then(async (reply) => [reply.status, text(await reply.bytes())], () => null);
      if (other === null) refused++;
      else if (typeof own !== "string") {
        const seen = [Number(own.first.split(" ")[1]), own.body];
        assertEquals(other, seen, JSON.stringify({ each, own }, null, 1));
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  assert(refused < sent.length / 3, `${refused} of ${sent.length} were refused by fetch`);
});

Deno.test("http1: a message means the same in any pieces", () => {
  const next = random(2030);
  const all = [...SEEDS.map(([method, message]) => ({ method, message, closes: true }))];
  while (all.length < COUNT / 60) all.push({ ...mutated(next), closes: true });
  for (const each of all) {
    const { message } = each;
    const whole = readMessage([message], each);
    const splits = Array.from(message, (_, at) => [message.slice(0, at), message.slice(at)]);
    for (const pieces of [...splits, [...message]]) {
      const own = readMessage(pieces, each);
      if (typeof whole !== "string") assertEquals(own, whole, JSON.stringify({ each, pieces }));
      // A refusal may come before the end has come, for another of its faults.
      else assertEquals(typeof own, "string", JSON.stringify({ each, pieces, whole, own }));
    }
  }
});
