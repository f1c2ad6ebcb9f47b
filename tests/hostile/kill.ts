/**
 * Killing a server while it writes files and sessions.
 * @module
 */
import { start } from "../_process.ts";
import { hasRedis, startRedis } from "../_redis.ts";
import { pause } from "./_target.ts";
import type { Row } from "./rows.ts";

const SIZE = 300_000;
const SERVER = new URL("./store_server.ts", import.meta.url).pathname;

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
  await using redis = await startRedis();
  const writers = Array.from({ length: 5 }, (): Writer => ({
    letter: 0,
    sent: 0,
    count: 0,
    cookie: "",
  }));
  const figures = { rounds, torn: 0, lost: 0, sessions: 0, left: 0 };
  try {
    for (let round = 0; round < rounds; round++) {
      await using server = start(
        [Deno.execPath(), "run", "-A", SERVER, folder, `${redis.port}`],
      );
      const [, port] = await server.waitFor(/^(\d+)\n/m);
      const origin = `http://127.0.0.1:${port}`;
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
      server.child.kill("SIGKILL");
      await server.exitCode();
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
