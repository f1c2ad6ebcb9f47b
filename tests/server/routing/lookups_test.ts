import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { web } from "@roundtrip/http";
import { ownWork } from "../../_memory.ts";

const long = "/a".repeat(30_000);

Deno.test("a look-up takes no longer for a path of 60 KB than for a short one", async () => {
  const app = new web.Application({ middlewares: [web.normalizePathMiddleware()] });
  const sub = new web.Application();
  sub.addRoutes([web.get("/x", () => web.textResponse("sub"))]);
  app.addRoutes([
    web.get("/x", () => web.textResponse("x")),
    web.get("/users/{id}", (request) => web.textResponse(request.matchInfo.id)),
    web.get("/rest/{all:.*}", (request) => web.textResponse(`${request.matchInfo.all.length}`)),
  ]);
  app.addSubapp("/sub", sub);
  await app.request("/x");
  const start = ownWork();
  assertEquals((await app.request(long)).status, 404);
  assertEquals((await app.request(`/sub${long}`)).status, 404);
  assertEquals(await (await app.request(`/rest${long}`)).text(), `${long.length - 1}`);
  const took = ownWork() - start;
  assert(took < 250, `${took} ms`);
  assertEquals(await (await app.request("/users/7")).text(), "7");
  assertEquals((await app.request("/users")).status, 404);
  assertEquals(await (await app.request("/sub/x")).text(), "sub");
});

Deno.test("the longest fixed part wins", () => {
  const segment = fc.constantFrom("a", "b", "");
  const path = fc.array(segment, { maxLength: 6 }).map((each) => `/${each.join("/")}`);
  const roots = fc.uniqueArray(path.map((each) => each.replace(/\/+$/, "")), { maxLength: 6 });
  fc.assert(fc.property(roots, path, (prefixes, wanted) => {
    const router = new web.Router();
    for (const prefix of prefixes) {
      router.addRoute("GET", `${prefix}/{rest:.*}`, () => web.textResponse(prefix));
    }
    const found = router.resolve("GET", wanted).route?.resource?.canonical ?? null;
    const fits = prefixes.filter((each) => wanted.startsWith(`${each}/`));
    const longest = Math.max(...fits.map((each) => each.length));
    const expected = fits.find((each) => each.length === longest);
    assertEquals(found, expected === undefined ? null : `${expected}/{rest}`);
  }));
});

Deno.test("a resource without a prefix is asked first, inside the middlewares", async () => {
  class Maintenance implements web.AbstractResource {
    readonly name = null;
    readonly canonical = "maintenance";
    readonly prefix = "";
    readonly route = new web.Route("GET", () => web.textResponse("back soon"), this);
    readonly #miss = { route: null, allowed: ["GET"] };
    resolve(method: string, path: string): web.RouteResolution | null {
      if (path.startsWith("/open")) return null;
      return method === "GET" ? { route: this.route, params: {} } : this.#miss;
    }
    addPrefix(): void {}
    urlFor(): web.RelativeURL {
      return new web.RelativeURL("/");
    }
  }
  const seen: string[] = [];
  const note: web.Middleware = (request, handler) => {
    seen.push(`${request.method} ${request.path}`);
    return handler(request);
  };
  const app = new web.Application({ middlewares: [note] });
  app.addRoutes([
    web.get("/shop", () => web.textResponse("shop")),
    web.post("/shop", () => web.textResponse("bought")),
    web.get("/open", () => web.textResponse("open")),
  ]);
  app.router.registerResource(new Maintenance());
  const rows: [string, string, number, string][] = [
    ["GET", "/shop", 200, "back soon"],
    ["POST", "/shop", 200, "bought"],
    ["DELETE", "/none", 405, "GET"],
    ["GET", "/open", 200, "open"],
    ["GET", "/opens", 404, "404: Not Found"],
  ];
  for (const [method, path, status, text] of rows) {
    const response = await app.request(path, { method });
    assertEquals(response.status, status, path);
    assertEquals(response.headers.get("allow") ?? await response.text(), text, path);
    assertEquals(seen.pop(), `${method} ${path}`);
  }
});

Deno.test("many routes of one fixed part are found as if each were asked in turn", () => {
  const segment = fc.constantFrom("a", "b", "{x}", "v{x}", "{x:a|b}", "{x:[^{}/]+}", "{x:.+}", "");
  const template = fc.array(segment, { minLength: 1, maxLength: 4 }).map((each) =>
    `/{org}/${each.map((one, at) => one.replace("x", `x${at}`)).join("/")}`
  );
  const templates = fc.array(fc.tuple(fc.constantFrom("GET", "PUT"), template), { minLength: 20 });
  const path = fc.array(fc.constantFrom("a", "b", "va", "c", ""), { maxLength: 5 });
  fc.assert(fc.property(templates, path, (all, segments) => {
    const router = new web.Router();
    const asked: web.Resource[] = [];
    for (const [method, each] of all) {
      const resource = router.addResource(each);
      if (resource === asked.at(-1)) continue; // the same path in a row
      resource.addRoute(method, () => web.textResponse(""));
      asked.push(resource);
    }
    const wanted = `/org/${segments.join("/")}`;
    const found = asked.map((each) => each.resolve("GET", wanted)).filter((each) => each !== null);
    const first = found.find((each) => each.route !== null);
    const allowed = [...new Set(found.flatMap((each) => each.route === null ? each.allowed : []))];
    const { wrap, ...resolved } = { wrap: undefined, ...router.resolve("GET", wanted) };
    assertEquals(resolved, first ?? { route: null, allowed });
    assertEquals(typeof wrap, first === undefined ? "function" : "undefined");
  }));
});

Deno.test("a domain's mask takes no longer for a long host than for a short one", async () => {
  const app = new web.Application();
  const sub = new web.Application();
  sub.addRoutes([web.get("/", () => web.textResponse("sub"))]);
  app.addDomain("*.*.*.*.com", sub);
  app.addRoutes([web.get("/", () => web.textResponse("main"))]);
  await app.request("/");
  const start = ownWork();
  const response = await app.request(`http://${"a.".repeat(20_000)}x/`).catch(() => null);
  if (response !== null) assertEquals(await response.text(), "main");
  assertEquals(await (await app.request("http://a.b.c.d.com/")).text(), "sub");
  const took = ownWork() - start;
  assert(took < 250, `${took} ms`);
});

Deno.test("the * of a domain's mask matches any text", async () => {
  const cases: [mask: string, host: string, fits: boolean][] = [
    ["*.example.com", "a.example.com", true],
    ["*.example.com", "a.b.example.com", true],
    ["*.example.com", "example.com", false],
    ["*.example.com", "a.example.com.evil.com", false],
    ["example.*", "example.org", true],
    ["a*a.com", "a.com", false], // the two "a" cannot be one
    ["a*a.com", "aa.com", true],
    ["*.b.*.d", "a.b.c.d", true],
    ["*.b.*.d", "a.b.d", false],
    ["*", "anything", true],
    ["example.com", "example.com", true],
    ["example.com", "a.example.com", false],
  ];
  for (const [mask, host, fits] of cases) {
    const app = new web.Application();
    const sub = new web.Application();
    sub.addRoutes([web.get("/", () => web.textResponse("sub"))]);
    app.addDomain(mask, sub);
    const { status } = await app.request(`http://${host}/`);
    assertEquals(status, fits ? 200 : 404, `${mask} ${host}`);
  }
});

Deno.test("an invalid Host is refused with 400", async () => {
  const app = new web.Application();
  const errors: unknown[] = [];
  app.addRoutes([web.get("/", (request) => web.textResponse(request.url.host))]);
  await using runner = new web.AppRunner(app, { shutdownTimeout: 100 });
  const { port } = new URL(await runner.listen({ hostname: "127.0.0.1", port: 0 }));
  const cases: [host: string, status: string][] = [
    ["a:65535", "200"],
    ["a:65536", "400"],
    ["a:99999", "400"],
    ["a%zz", "400"],
    ["1.2.3.4.5", "400"],
    [`${"a".repeat(63)}.`.repeat(4).slice(0, 250), "200"],
    ["a.".repeat(150), "400"],
  ];
  for (const [host, status] of cases) {
    for (let time = 0; time < 2; time++) { // a good one is remembered
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
      await connection.write(new TextEncoder().encode(
        `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      ));
      const buffer = new Uint8Array(4096);
      const read = await connection.read(buffer) ?? 0;
      connection.close();
      assertEquals(new TextDecoder().decode(buffer.subarray(9, Math.min(12, read))), status, host);
    }
  }
  assertEquals(errors, []);
});
