import { ClientSession, TooManyRedirectsError, web } from "@roundtrip/http";
import type { Site } from "../site.ts";

/** Redirects by the name of a route, and a client that follows them. */
export function redirects({ app }: Site): web.RouteTable {
  return new web.RouteTable()
    .get("/hops/{left:\\d+}", ({ matchInfo }) => {
      if (matchInfo.left === "0") return web.textResponse("arrived");
      const left = `${Number(matchInfo.left) - 1}`;
      throw new web.HTTPFound(app.router.named("hops").urlFor({ left }));
    }, { name: "hops" })
    .get("/follow/{hops:\\d+}", async ({ matchInfo }) => {
      await using session = new ClientSession({ app });
      try {
        await using response = await session.get(`/hops/${matchInfo.hops}`);
        const history = response.history.map((each) => each.url.pathname);
        return web.jsonResponse({ history, text: await response.text() });
      } catch (error) {
        if (!(error instanceof TooManyRedirectsError)) throw error;
        throw new web.HTTPBadGateway({ text: error.reason });
      }
    });
}
