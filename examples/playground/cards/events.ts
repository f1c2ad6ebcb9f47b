import { web } from "@roundtrip/http";
import type { Site } from "../site.ts";

/** Events for all pages. A page that was away gets what it missed. */
export function events({ news }: Site): web.RouteTable {
  return new web.RouteTable()
    .get("/events", async (request) => {
      await using stream = await web.sseResponse(request);
      await news.join(stream, { as: crypto.randomUUID() });
      await news.send(`${(await news.present()).length} watching`);
      await stream.ended;
      return stream;
    })
    .post("/events", async (request) => {
      const text = (await request.post()).text("text")?.trim();
      if (!text) throw new web.HTTPBadRequest({ text: "An event has a text" });
      await news.send(text.slice(0, 200));
      return web.jsonResponse({ watching: (await news.present()).length });
    });
}
