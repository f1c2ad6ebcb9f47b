import { assertEquals } from "@std/assert";
import { web } from "@roundtrip/http";

Deno.test("static files move below the prefix of a sub-application", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a.txt`, "a");
  const sub = new web.Application();
  sub.addRoutes([web.static("/s", folder, { name: "s", showIndex: true })]);
  const app = new web.Application();
  app.addSubapp("/admin", sub);
  const get = async (path: string) => {
    const response = await app.fetch(new Request(`http://localhost${path}`));
    return [response.status, await response.text()] as const;
  };
  assertEquals(await get("/admin/s/a.txt"), [200, "a"]);
  assertEquals((await get("/admin/s"))[0], 200);
  assertEquals((await get("/admin/s"))[1].includes('href="/admin/s/a.txt"'), true);
  assertEquals((await get("/s/a.txt"))[0], 404);
  assertEquals((await get("/admin/s%2Fa.txt"))[0], 404);
  assertEquals(`${sub.router.named("s").urlFor({ filename: "a.txt" })}`, "/admin/s/a.txt");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a route table collects a folder among its routes", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a.txt`, "hello");
  const routes = new web.RouteTable()
    .static("/files", folder, { name: "files" })
    .get("/", () => web.textResponse("home"));
  const app = new web.Application();
  app.addRoutes(routes);
  assertEquals(await (await app.request("/files/a.txt")).text(), "hello");
  assertEquals(await (await app.request("/")).text(), "home");
  assertEquals(`${app.router.named("files").urlFor({ filename: "a.txt" })}`, "/files/a.txt");
  await Deno.remove(folder, { recursive: true });
});
