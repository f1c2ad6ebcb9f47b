/**
 * Killing a server while it writes files and sessions.
 * @module
 */
import { freePort } from "../_process.ts";
import { pause } from "./_target.ts";
import type { Row } from "./rows.ts";

const SIZE = 300_000;
const SERVER = new URL("./store_server.ts", import.meta.url).pathname;

/** Starts a program and returns the first match of a pattern in its output. */
async function started(command: string, args: readonly string[], pattern: RegExp) {
  const process = new Deno.Command(command, {
    args: [...args],
    stdout: "piped",
    stderr: "null",
    stdin: "null",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!pattern.test(text)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`${command} did not start: ${text}`);
    text += value;
  }
  (async () => {
    while (!(await reader.read()).done);
  })();
  return { process, found: pattern.exec(text)?.[1] ?? "" };
}

const hasRedis = () =>
  new Deno.Command("redis-server", { args: ["--version"], stdout: "null" }).output()
    .then(({ success }) => success, () => false);

/** A writer: the letter that fills its file, and the acknowledged count of its session. */
interface Writer {
  letter: number;
  sent: number;
  count: number;
  cookie: string;
}

async function write(origin: string, at: number, writer: Writer): Promise<void> {
  for (;;) {
    const letter = 97 + ((writer.sent + 1) % 26);
    writer.sent++;
    const saved = await fetch(`${origin}/files/f${at}`, {
      method: "POST",
      body: new Uint8Array(SIZE).fill(letter),
    });
    await saved.text();
    writer.letter = writer.sent;
    const counted = await fetch(`${origin}/count`, { headers: { cookie: writer.cookie } });
    const count = Number(await counted.text());
    writer.cookie = counted.headers.get("set-cookie")?.split(";")[0] ?? writer.cookie;
    writer.count = count;
  }
}

async function killedWhileWriting(rounds: number): Promise<Record<string, number>> {
  const folder = await Deno.makeTempDir();
  const port = freePort();
  const redis = await started(
    "redis-server",
    ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
    /(Ready to accept)/,
  );
  const writers = Array.from({ length: 5 }, (): Writer => ({
    letter: 0,
    sent: 0,
    count: 0,
    cookie: "",
  }));
  const figures = { rounds, torn: 0, lost: 0, sessions: 0, left: 0 };
  try {
    for (let round = 0; round < rounds; round++) {
      const server = await started(
        Deno.execPath(),
        ["run", "-A", SERVER, folder, `${port}`],
        /(\d+)\n/,
      );
      const origin = `http://127.0.0.1:${server.found}`;
      // Files left by the killed server become two hours old, so that they are swept.
      const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
      figures.left += names.filter((name) => !/^f\d$/.test(name)).length;
      for (const { cookie, count } of writers) {
        if (cookie === "") continue;
        const reply = await fetch(`${origin}/check`, { headers: { cookie } });
        const [now, length] = await reply.json();
        if (now !== length || now < count) figures.sessions++;
      }
      const writing = writers.map((each, at) => write(origin, at, each).catch(() => {}));
      await pause(100 + (round * 37) % 200);
      server.process.kill("SIGKILL");
      await server.process.status;
      await Promise.all(writing);
      for (const [at, { letter, sent }] of writers.entries()) {
        const bytes = await Deno.readFile(`${folder}/f${at}`).catch(() => new Uint8Array(0));
        if (bytes.length === 0 && letter === 0) continue;
        if (bytes.length !== SIZE || bytes.some((byte) => byte !== bytes[0])) figures.torn++;
        const allowed = [letter, sent].map((each) => 97 + (each % 26));
        if (!allowed.includes(bytes[0] ?? 0)) figures.lost++;
      }
      const old = new Date(Date.now() - 2 * 3_600_000);
      for (const { name } of Deno.readDirSync(folder)) {
        if (!/^f\d$/.test(name)) await Deno.utime(`${folder}/${name}`, old, old);
      }
    }
  } finally {
    redis.process.kill("SIGKILL");
    await redis.process.status;
    await Deno.remove(folder, { recursive: true });
  }
  return figures;
}

export const KILLS: readonly Row[] = [{
  name: "kill -9 while files and sessions are written",
  isLong: true,
  isOwn: true,
  async run(target) {
    return await hasRedis() ? await killedWhileWriting(target.scale * 4) : { rounds: 0 };
  },
  show: ({ rounds, torn, lost, sessions, left }) =>
    rounds === 0
      ? "no redis-server"
      : `${rounds} times: ${torn} torn files, ${lost} lost, ${sessions} torn sessions, ` +
        `${left} temporary files left`,
  holds: ({ torn = 0, lost = 0, sessions = 0, left = 0 }) => torn + lost + sessions + left === 0,
}];
