import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ClientPayloadError,
  ClientSession,
  CookieJar,
  digestAuthMiddleware,
  ServerDisconnectedError,
  ServerTimeoutError,
  SocketTimeoutError,
} from "@roundtrip/http";
import { start } from "../_process.ts";
import { pythonWith } from "./_python.ts";

const python = await pythonWith("aiohttp");

interface Echo {
  readonly method: string;
  readonly query: string;
  readonly headers: Record<string, string>;
  readonly cookies: Record<string, string>;
  readonly body: string;
  readonly form: Record<string, string>;
}

Deno.test(
  { name: "the client against a server of Python's aiohttp", ignore: python === null },
  async (t) => {
    if (python === null) return;
    await using server = start([python, "tests/interop/client_aiohttp_server.py"]);
    const [, home = "", other = ""] = await server.waitFor(/(http:\S+) (http:\S+)\n/);
    await using session = new ClientSession({
      baseUrl: home,
      cookieJar: new CookieJar({ unsafe: true }),
      timeout: { total: 20_000 },
    });
    const echo = async (url: string, method = "GET", options = {}): Promise<Echo> => {
      await using response = await session.request(method, url, options);
      return await response.json<Echo>();
    };

    await t.step("query and body arrive as they were meant", async () => {
      assertEquals(
        (await echo("/echo?a=%2F", "GET", { params: { b: "x y" } })).query,
        "a=%2F&b=x+y",
      );
      const form = await echo("/echo", "POST", { data: { a: "1 ж", b: "&=" } });
      assertEquals(form.form, { a: "1 ж", b: "&=" });
      const empty = await echo("/echo", "POST");
      assertEquals([empty.headers["content-length"], empty.body], ["0", ""]);
      const stream = await echo("/echo", "PUT", { data: new Blob(["s".repeat(100_000)]).stream() });
      assertEquals([stream.headers["transfer-encoding"], stream.body.length], ["chunked", 100_000]);
      const blob = await echo("/echo", "POST", { data: new Blob(["s".repeat(100_000)]) });
      assertEquals([blob.headers["content-length"], blob.body.length], ["100000", 100_000]);
    });

    await t.step("aiohttp decodes what compress sends", async () => {
      for (const compress of ["deflate", "gzip"] as const) {
        assertEquals((await echo("/echo", "POST", { data: "packed", compress })).body, "packed");
      }
    });

    await t.step("cookies come back by path, and expired ones do not", async () => {
      await (await session.get("/set-cookie")).read();
      await using root = await session.get("/cookies");
      assertEquals(await root.json(), { plain: "1" });
      await using deep = await session.get("/deep/cookies", { cookies: { mine: "m" } });
      assertEquals(await deep.json(), { plain: "1", deep: "2", mine: "m" });
    });

    await t.step("every redirect code, on the origin and to another one", async () => {
      for (const status of [301, 302, 303, 307, 308]) {
        for (const method of ["GET", "POST", "PUT", "DELETE"]) {
          for (const target of [home, other]) {
            const seen = await echo(`/redirect/${status}`, method, {
              params: { to: `${target}/echo` },
              headers: { authorization: "secret", "x-api-key": "secret" },
              ...(method === "GET" ? {} : { data: "body" }),
            });
            const toGet = status === 303 || (status < 303 && method === "POST");
            const row = `${status} ${method} ${target === home ? "home" : "away"}`;
            assertEquals(seen.method, toGet ? "GET" : method, row);
            assertEquals(seen.body, toGet || method === "GET" ? "" : "body", row);
            const secrets = target === home ? ["secret", "secret"] : [undefined, undefined];
            assertEquals([seen.headers["authorization"], seen.headers["x-api-key"]], secrets, row);
          }
        }
      }
    });

    await t.step("Basic and Digest credentials are accepted", async () => {
      await using basic = await session.get("/basic", {
        auth: { login: "é", password: "a:b", encoding: "latin1" },
      });
      assertEquals(await basic.text(), "é|a:b");
      for (const algorithm of ["MD5", "SHA-256", "SHA-512-256"]) {
        for (const qop of ["auth", "auth-int"]) {
          const middlewares = [digestAuthMiddleware({ login: "user", password: "pass" })];
          for (let n = 0; n < 2; n++) {
            const url = `/digest/${algorithm}/${qop}?q=%20x`;
            await using response = await session.post(url, { data: "body", middlewares });
            assertEquals(await response.text(), "in", `${algorithm} ${qop}`);
          }
        }
      }
    });

    await t.step("chunks are read as they come", async () => {
      await using response = await session.get("/chunked");
      assertEquals((await response.content.readExactly(1000)).length, 1000);
      assertEquals((await response.text()).length, 4000);
    });

    await t.step("a gzip body is unpacked", async () => {
      await using response = await session.get("/gzip");
      assertEquals(await response.text(), "packed ".repeat(1000));
    });

    await t.step("slow replies end with the limit that was set", async () => {
      await assertRejects(
        () => session.get("/slow-head", { timeout: { total: 100 } }),
        ServerTimeoutError,
      );
      await assertRejects(
        () => session.get("/slow-head", { timeout: { sockRead: 100 } }),
        SocketTimeoutError,
      );
      await using body = await session.get("/slow-body", { timeout: { sockRead: 200 } });
      await assertRejects(() => body.read(), SocketTimeoutError);
    });

    await t.step("broken replies are typed errors", async () => {
      await assertRejects(() => session.post("/drop", { data: "x" }), ServerDisconnectedError);
      await using short = await session.get("/short");
      await assertRejects(() => short.read(), ClientPayloadError);
    });

    await t.step("a busy server is asked again", async () => {
      await using response = await session.get("/busy/a", { retry: 3 });
      assertEquals(await response.text(), "try 3");
      assert(response.ok);
    });
  },
);
