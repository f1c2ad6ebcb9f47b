import { assertEquals } from "@std/assert";
import { web } from "@roundtrip/http";
import { pythonWith } from "./_python.ts";

const python = await pythonWith("cryptography");

const KEY = crypto.getRandomValues(new Uint8Array(32));
const SESSIONS = 1000;

/** Texts that exercise JSON, UTF-8 and block sizes. */
function randomSession(i: number): Record<string, unknown> {
  const chars = ["a", "ж", "😀", '"', "\\", "\n", "\u2028", "\0", "é"];
  const text = Array.from({ length: i % 40 }, (_, j) => chars[(i * 7 + j * 3) % chars.length]);
  return { i, text: text.join(""), nested: { list: [i, null, true, i / 3] } };
}

/** Runs a Python program on JSON and parses its output as JSON. */
async function run(program: string, input: unknown): Promise<unknown> {
  const child = new Deno.Command(python ?? "", {
    args: ["-c", `import base64, json, sys\nfrom cryptography.fernet import Fernet\n${program}`],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(input)));
  await writer.close();
  return JSON.parse(new TextDecoder().decode((await output).stdout));
}

function application(): web.Application {
  const app = new web.Application();
  web.setupSessions(app, new web.EncryptedCookieStorage(KEY, { maxAge: 3_600_000 }));
  app.addRoutes([
    web.get("/read", async (request) => web.jsonResponse(await web.getSession(request))),
    web.post("/write", async (request) => {
      const session = await web.getSession(request);
      for (const [key, value] of Object.entries(await request.json<object>())) {
        session.set(key, value);
      }
      return web.textResponse("");
    }),
  ]);
  return app;
}

Deno.test({
  name: "Python's Fernet reads the session cookies that we write",
  ignore: python === null,
  fn: async () => {
    const app = application();
    const sessions = Array.from({ length: SESSIONS }, (_, i) => randomSession(i));
    const tokens: string[] = [];
    for (const session of sessions) {
      const body = JSON.stringify(session);
      const response = await app.fetch(
        new Request("http://localhost/write", { method: "POST", body }),
      );
      const [cookie = ""] = response.headers.getSetCookie();
      tokens.push(cookie.slice(cookie.indexOf("=") + 1, cookie.indexOf(";")));
    }
    const program = `
data = json.load(sys.stdin)
fernet = Fernet(base64.urlsafe_b64encode(base64.b64decode(data["key"])))
print(json.dumps([json.loads(fernet.decrypt(t.encode(), ttl=3600)) for t in data["tokens"]]))`;
    const read = await run(program, { key: KEY.toBase64(), tokens }) as web.SessionData[];
    assertEquals(read.map(({ session }) => session), sessions);
  },
});

Deno.test({
  name: "we read the session cookies that Python's Fernet writes",
  ignore: python === null,
  fn: async () => {
    const sessions = Array.from({ length: SESSIONS }, (_, i) => randomSession(i));
    const program = `
import time
data = json.load(sys.stdin)
fernet = Fernet(base64.urlsafe_b64encode(base64.b64decode(data["key"])))
now = int(time.time())
print(json.dumps([fernet.encrypt(json.dumps({"created": now, "session": s}).encode()).decode()
                  for s in data["sessions"]]))`;
    const tokens = await run(program, { key: KEY.toBase64(), sessions }) as string[];
    const app = application();
    for (const [i, token] of tokens.entries()) {
      // http.cookies puts a value with "=" into quotes
      const cookie = i % 2 === 0 ? `AIOHTTP_SESSION="${token}"` : `AIOHTTP_SESSION=${token}`;
      const response = await app.fetch(
        new Request("http://localhost/read", { headers: { cookie } }),
      );
      assertEquals((await response.json()).session, sessions[i]);
    }
  },
});

Deno.test({
  name: "Python's Fernet and ours accept and refuse the same tokens, by age",
  ignore: python === null,
  fn: async () => {
    const program = `
from cryptography.fernet import InvalidToken
data = json.load(sys.stdin)
fernet = Fernet(base64.urlsafe_b64encode(base64.b64decode(data["key"])))
def opens(made, ttl, now):
    token = fernet.encrypt_at_time(b'{"created": %d, "session": {"a": 1}}' % now, made)
    try:
        fernet.decrypt_at_time(token, ttl, now)
        return [token.decode(), True]
    except InvalidToken:
        return [token.decode(), False]
print(json.dumps([opens(*case) for case in data["cases"]]))`;
    const now = Math.floor(Date.now() / 1000);
    const offsets = [-3700, -3590, -60, -1, 0, 1, 50, 120, 4000];
    const cases = offsets.map((offset) => [now + offset, 3600, now]);
    const answers = await run(program, { key: KEY.toBase64(), cases }) as [string, boolean][];
    const app = application();
    for (const [i, [token, opens]] of answers.entries()) {
      const headers = { cookie: `AIOHTTP_SESSION=${token}` };
      const response = await app.fetch(new Request("http://localhost/read", { headers }));
      const { session = {} } = await response.json();
      assertEquals(Object.keys(session).length === 1, opens, `made ${offsets[i]} s from now`);
    }
  },
});
