import { web } from "@roundtrip/http";
import type { Site } from "../site.ts";

const NAME = /^[\p{L}\p{N} ._-]{1,32}$/u;

/** A log-in in an encrypted cookie, which the page's scripts cannot read. */
export function session({ logins }: Site): web.RouteTable {
  return new web.RouteTable()
    .post("/login", async (request) => {
      const user = (await request.post()).text("user")?.trim() ?? "";
      if (!NAME.test(user)) throw new web.HTTPBadRequest({ text: "No name" });
      const session = await web.renewSession(request); // the old id may be known
      session.set("user", user);
      session.set("id", crypto.randomUUID());
      return web.jsonResponse({ user });
    })
    .get("/me", async (request) => {
      const session = await web.getSession(request);
      const visits = (session.get<number>("visits") ?? 0) + 1;
      session.set("visits", visits);
      const cookies = [...request.cookies.keys()];
      const user = session.get("user") ?? null;
      return web.jsonResponse({ user, visits, cookies });
    })
    .post("/logout", async (request) => {
      const session = await web.getSession(request);
      await logins.end(session.get("id"));
      session.invalidate();
      return web.jsonResponse({ user: null });
    });
}
