// Four processes with one Redis: groups, sessions and limits are those of all. At full size with
// WHOLE=1.
import { assert, assertEquals } from "@std/assert";
import { ClientSession, CookieJar } from "@roundtrip/http";
import { load } from "../_load.ts";
import { ROOT, type Running, start } from "../_process.ts";
import { hasRedis, startRedis } from "../_redis.ts";
import { WHOLE } from "../_whole.ts";
import { tempDir } from "./_cli.ts";

const ignore = !await hasRedis();
const PROCESSES = 4;
const MEMBERS = WHOLE ? 2000 : 80;
const SENDERS = 40;
const MESSAGES = (WHOLE ? 20_000 : 2000) / SENDERS; // of each sender
const LIMIT = WHOLE ? 50_000 : 1500;
const REQUESTS = 2 * LIMIT;

interface Cluster extends AsyncDisposable {
  readonly processes: readonly Running[];
  readonly ports: readonly number[];
}

async function startCluster(redis: number): Promise<Cluster> {
  const program = new URL("tests/e2e/many_machines_server.ts", ROOT).pathname;
  const processes = Array.from({ length: PROCESSES }, (_, n) => {
    const library = n % 2 === 0 ? "ioredis" : "@redis/client";
    const args = [`${redis}`, library, `${LIMIT}`];
    return start([Deno.execPath(), "run", "-A", "--no-check", program, ...args]);
  });
  const ports = await Promise.all(
    processes.map(async (each) => Number((await each.waitFor(/port (\d+)/))[1])),
  );
  return {
    processes,
    ports,
    async [Symbol.asyncDispose]() {
      for (const each of processes) await each[Symbol.asyncDispose]();
    },
  };
}

/** A WebSocket that checks what it gets: messages `SENDER NUMBER`. */
class Member {
  readonly name: number;
  /** The last number of each sender. */
  readonly last = new Uint32Array(SENDERS);
  readonly mistakes: string[] = [];
  /** Called with each of its own messages. */
  onOwn: ((number: number) => void) | null = null;
  ended: Promise<void> = Promise.resolve();
  #connection: Deno.TcpConn | null = null;
  #isLeaving = false;

  constructor(name: number) {
    this.name = name;
  }

  async connect(port: number): Promise<void> {
    const connection = this.#connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(
      new TextEncoder().encode(
        `GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      ),
    );
    const open = Promise.withResolvers<void>();
    this.ended = this.#read(connection, open.resolve).catch(() => {}).finally(open.resolve);
    await open.promise;
  }

  async send(text: string): Promise<void> {
    const payload = new TextEncoder().encode(text);
    await this.#connection?.write(
      Uint8Array.of(0x81, 0x80 | payload.length, 0, 0, 0, 0, ...payload),
    );
  }

  async leave(): Promise<void> {
    this.#isLeaving = true;
    this.#connection?.close();
    await this.ended;
  }

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  async #read(connection: Deno.TcpConn, onOpen: () => void): Promise<void> {
    const before = this.last.slice();
    const here = new Uint32Array(SENDERS); // the last number of each sender on this connection
    let bytes = new Uint8Array(64 * 1024);
    let [end, isOpen] = [0, false];
    for (;;) {
      if (end === bytes.length) bytes = Uint8Array.from([...bytes, ...new Uint8Array(end)]);
      const count = await connection.read(bytes.subarray(end));
      if (count === null) return;
      end += count;
      let at = 0;
      if (!isOpen) {
        const head = new TextDecoder().decode(bytes.subarray(0, end));
        const length = head.indexOf("\r\n\r\n");
        if (length === -1) continue;
        at = length + 4;
        isOpen = true;
        onOpen();
      }
      while (end - at >= 2) {
        const size = bytes[at + 1] ?? 0;
        if (end - at < 2 + size) break;
        if (bytes[at] === 0x81) this.#take(bytes, at + 2, at + 2 + size, before, here);
        at += 2 + size;
      }
      bytes.copyWithin(0, at, end);
      end -= at;
    }
  }

  #take(bytes: Uint8Array, from: number, to: number, before: Uint32Array, here: Uint32Array): void {
    let [sender, number, at] = [0, 0, from];
    for (; bytes[at] !== 0x20; at++) sender = sender * 10 + (bytes[at] ?? 0) - 48;
    for (at++; at < to; at++) number = number * 10 + (bytes[at] ?? 0) - 48;
    const last = this.last[sender] ?? 0;
    // After a reconnection the history begins with what is known.
    const isKnown = number <= (before[sender] ?? 0);
    const isNext = number === (isKnown || (here[sender] ?? 0) === 0 ? number : last + 1);
    if (!isNext || number <= (here[sender] ?? 0) || (!isKnown && number !== last + 1)) {
      this.mistakes.push(`member ${this.name}: ${number} of ${sender} after ${last}`);
    }
    here[sender] = number;
    if (isKnown) return;
    this.last[sender] = number;
    if (sender === this.name) this.onOwn?.(number);
  }
}

Deno.test("each member gets each message once, in order, while a process and Redis die", {
  ignore,
}, async () => {
  await using folder = await tempDir();
  const redis = await startRedis(undefined, folder.path);
  await using cluster = await startCluster(redis.port);
  const { processes, ports } = cluster;
  const members = Array.from({ length: MEMBERS }, (_, n) => new Member(n));
  const homeOf = (n: number): number => n % PROCESSES;
  const portOf = (n: number): number => ports[homeOf(n)] ?? 0;
  for (const [n, member] of members.entries()) await member.connect(portOf(n));
  await using session = new ClientSession();
  const presentAt = async (port: number): Promise<string[]> => {
    await using response = await session.get(`http://127.0.0.1:${port}/present`);
    return await response.json<string[]>();
  };
  while ((await presentAt(ports[0] ?? 0)).length < MEMBERS) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assertEquals(new Set(await presentAt(ports[1] ?? 0)).size, PROCESSES);

  // Each sender waits for its own message before it sends the next one.
  let sent = 0;
  const victim = PROCESSES - 1;
  const senders = members.slice(0, SENDERS);
  const isDead = new Set<number>();
  const sending = senders.map((member) =>
    new Promise<void>((resolve) => {
      const next = (number: number): void => {
        if (number > MESSAGES || isDead.has(member.name)) return resolve();
        sent++;
        member.onOwn = () => next(number + 1);
        member.send(`${member.name} ${number}`).catch(() => resolve());
      };
      next(1);
      member.ended.then(() => resolve());
    })
  );
  const until = async (share: number): Promise<void> => {
    while (sent < share * SENDERS * MESSAGES) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await until(0.25);
  for (const { name } of senders) if (homeOf(name) === victim) isDead.add(name);
  processes[victim]?.child.kill("SIGKILL");
  const moved = members.filter(({ name }) => homeOf(name) === victim);
  await Promise.all(moved.map(async (member) => {
    await member.ended;
    await member.connect(ports[0] ?? 0); // the history fills in what it has missed
  }));
  await until(0.5);
  await redis[Symbol.asyncDispose](); // killed too
  await new Promise((resolve) => setTimeout(resolve, 500));
  await using _again = await startRedis(redis.port, folder.path);
  await Promise.all(sending);
  const isDone = (): boolean =>
    members.every(({ last }) =>
      last.every((number, sender) => isDead.has(sender) || number === MESSAGES)
    );
  for (let n = 0; n < 6000 && !isDone(); n++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(members.flatMap(({ mistakes }) => mistakes).slice(0, 5), []);
  assert(isDone(), "members miss messages");
  // All have the same messages of the dead senders.
  for (const { last } of members) assertEquals(last, members[0]?.last);
  for (const [n, process] of processes.entries()) {
    if (n === victim) continue;
    const output = process.output();
    assert(/Redis does not read messages of groups \(.*they wait/.test(output), output);
    assert(!/lost in Redis/.test(output), output);
  }
  await Promise.all(members.map((member) => member.leave()));
});

Deno.test(
  "sessions, limits and events of four processes are those of all",
  { ignore },
  async (t) => {
    await using redis = await startRedis();
    await using cluster = await startCluster(redis.port);
    const { processes, ports } = cluster;
    const urlOf = (n: number): string => `http://127.0.0.1:${ports[n % PROCESSES]}`;

    await t.step("a log-in holds on 12 of 12 connections, and so does a log-out", async () => {
      await using session = new ClientSession({ cookieJar: new CookieJar({ unsafe: true }) });
      const ask = async (path: string): Promise<string[]> => {
        const users: string[] = [];
        for (let n = 0; n < 12; n++) {
          const headers = { connection: "close" };
          await using response = await session.get(`${urlOf(n)}/session/${path}`, { headers });
          users.push(await response.text());
        }
        return users;
      };
      await using login = await session.get(`${urlOf(0)}/session/login`);
      await login.read();
      assertEquals(await ask("read"), Array(12).fill("ann"));
      await using logout = await session.get(`${urlOf(1)}/session/logout`);
      await logout.read();
      assertEquals(await ask("read"), Array(12).fill(""));
    });

    await t.step(`${REQUESTS} requests over 4 processes: the limit passes, no more`, async () => {
      const results = await Promise.all(ports.map((port) =>
        load({
          port,
          count: REQUESTS / PROCESSES,
          rate: 1e6,
          line: "GET /limited HTTP/1.1",
        })
      ));
      const answered = results.reduce((sum, each) => sum + each.answered, 0);
      const refused = results.flatMap(({ lost }) => lost);
      assertEquals([answered, refused.length], [LIMIT, REQUESTS - LIMIT]);
      assert(refused.every((each) => each.includes("HTTP/1.1 429")), refused[0]);
    });

    await t.step("who loses its process gets the missed events from another one", async () => {
      await using session = new ClientSession();
      const post = async (n: number, data: string): Promise<void> => {
        await using response = await session.post(`${urlOf(n)}/events`, { data });
        assertEquals(response.status, 200);
      };
      const read = async (n: number, after: string, count: number): Promise<[string, string][]> => {
        const taken: [string, string][] = [];
        const headers = after === "" ? {} : { "last-event-id": after };
        await using response = await session.get(`${urlOf(n)}/events`, { headers });
        for await (const { id, data } of response.events()) {
          if (data !== "joined") taken.push([id ?? "", data]);
          else if (after === "") await post(0, "first");
          if (taken.length === count) break;
        }
        return taken;
      };
      const [[id, data] = ["", ""]] = await read(3, "", 1);
      assertEquals(data, "first");
      processes[3]?.child.kill("SIGKILL");
      for (let n = 0; n < 20; n++) await post(n % 3, `${n}`);
      const missed = await read(1, id, 20);
      assertEquals(missed.map(([, each]) => each), Array.from({ length: 20 }, (_, n) => `${n}`));
    });
  },
);
