/**
 * Requests that parsers read differently: a table, and its mutations through a proxy.
 * @module
 */
import { close } from "../_connections.ts";
import { freePort } from "../_process.ts";
import { random } from "../_random.ts";
import { connect, pause, rest, send, type Target } from "./_target.ts";
import { RAW_CASES, statusesOf } from "./raw_requests.ts";
import type { Row } from "./rows.ts";

/** One byte per character. */
const bytesOf = (text: string) => Uint8Array.from(text, (each) => each.charCodeAt(0));

/** Sends bytes, ends the client's side, and returns the statuses. */
async function ask(target: Pick<Target, "port">, text: string): Promise<string> {
  const client = await connect(target as Target);
  const late = setTimeout(() => close(client), 5000);
  await send(client, bytesOf(text));
  await client.closeWrite().catch(() => {});
  const reply = await rest(client);
  clearTimeout(late);
  return statusesOf(reply);
}

/** Cases with unexpected statuses. */
export async function wrongCases(target: Target, engine: "statuses" | "deno"): Promise<string[]> {
  const wrong: string[] = [];
  for (const each of RAW_CASES) {
    const got = await ask(target, each.bytes);
    if (got !== each[engine]) {
      const shown = JSON.stringify(each.bytes.slice(0, 100));
      wrong.push(`${each.section}: ${shown} gave "${got}" in place of "${each[engine]}"`);
    }
  }
  return wrong;
}

const PIECES = [
  ...["\r\n", "\n", "\r", " ", "\t", "\0", ":", ",", ";", "0", "5", "\x0b", "\xff"],
  ...["\r\n\r\n", "0\r\n\r\n", "\r\n ", "Content-Length: 5\r\n", "Content-Length: 0\r\n"],
  ...["Transfer-Encoding: chunked\r\n", "Transfer-Encoding: x\r\n", "Connection: close\r\n"],
  ...["Expect: 100-continue\r\n", "HTTP/1.0", "Host: b\r\n", "GET /echo HTTP/1.1\r\nHost: a\r\n"],
];
const SEEDS = [
  "POST /echo HTTP/1.1\r\nHost: a\r\nX-Id: attack\r\nContent-Length: 5\r\n\r\nhello",
  "POST /echo HTTP/1.1\r\nHost: a\r\nX-Id: attack\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
  "GET /echo HTTP/1.1\r\nHost: a\r\nX-Id: attack\r\n\r\n",
];

function mutated(next: (below: number) => number): string {
  let text = SEEDS[next(SEEDS.length)] ?? "";
  for (let left = 1 + next(3); left > 0; left--) {
    const lines = [...text.matchAll(/\r\n/g)].map(({ index }) => index + 2);
    const at = next(2) === 0 ? lines[next(lines.length)] ?? 0 : next(text.length);
    const cut = next(3) === 0 ? 1 + next(4) : 0;
    text = text.slice(0, at) + (PIECES[next(PIECES.length)] ?? "") + text.slice(at + cut);
  }
  // A prefix that would swallow another client's request if parsers disagree about its end.
  return text + "GET /echo HTTP/1.1\r\nHost: a\r\nX-Id: smuggled\r\n\r\n";
}

interface Proxy extends AsyncDisposable {
  readonly port: number;
}

/** Starts nginx with few shared connections to the server; `null` without nginx. */
async function nginx(target: Target): Promise<Proxy | null> {
  const folder = await Deno.makeTempDir();
  const port = freePort();
  await Deno.writeTextFile(
    `${folder}/nginx.conf`,
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
    events { worker_connections 512; }
    http {
      access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
      fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
      upstream app { server 127.0.0.1:${target.port}; keepalive 2; }
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection "";
          proxy_request_buffering off; proxy_read_timeout 5s;
        }
      }
    }`,
  );
  for (const command of ["nginx", "/usr/sbin/nginx"]) {
    try {
      const process = new Deno.Command(command, {
        args: ["-c", `${folder}/nginx.conf`, "-p", folder, "-e", `${folder}/error.log`],
        stdout: "null",
        stderr: "null",
      }).spawn();
      await pause(500);
      return {
        port,
        async [Symbol.asyncDispose]() {
          process.kill("SIGTERM");
          await process.status;
          await Deno.remove(folder, { recursive: true });
        },
      };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return null;
}

export const RAW: readonly Row[] = [
  {
    name: `${RAW_CASES.length} raw requests by the RFCs`,
    isLong: true, // tests/server/sockets/raw_requests_test.ts runs them
    async run(target) {
      const wrong = await wrongCases(target, "statuses");
      return { cases: RAW_CASES.length, right: RAW_CASES.length - wrong.length };
    },
    show: ({ right, cases }) => `${right} of ${cases} as they should be`,
    holds: ({ right, cases }) => right === cases,
    weaker: ({ right = 0, cases = 0 }) => right < cases,
  },
  {
    name: "mutated requests through nginx, by connections that all share",
    async run(target) {
      await using proxy = await nginx(target);
      if (proxy === null) return { count: 0, victims: 0 };
      const count = target.scale > 1 ? 100_000 : 400;
      const next = random(2026);
      let victims = 0;
      const attack = async (): Promise<void> => {
        const client = await connect({ ...target, port: proxy.port });
        await send(client, bytesOf(mutated(next)));
        const late = setTimeout(() => close(client), 20);
        await client.closeWrite().catch(() => {});
        await rest(client);
        clearTimeout(late);
      };
      const id = () => `victim-${next(1_000_000)}`;
      for (let at = 0; at < count; at += 20) {
        await Promise.all(Array.from({ length: 20 }, attack));
        const name = id();
        const reply = await fetch(`http://127.0.0.1:${proxy.port}/echo`, {
          method: "POST",
          headers: { "x-id": name },
          body: name,
          signal: AbortSignal.timeout(10_000),
        }).then((each) => each.text()).catch((error) => `${error}`);
        if (reply !== `${name} ${name}`) victims++;
      }
      return { count, victims };
    },
    show: ({ count, victims }) =>
      count === 0 ? "no nginx" : `${count} requests, ${victims} others with a wrong answer`,
    holds: ({ victims }) => victims === 0,
    weaker: ({ victims }) => victims === 0,
  },
];
