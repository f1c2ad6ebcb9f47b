import { web } from "@roundtrip/http";
import type { Site } from "../site.ts";

/** A body that is written while the client reads it, until one has enough. */
export function count({ news }: Site): web.RouteTable {
  return new web.RouteTable().get("/count/{to:\\d{1,3}}", async (request) => {
    const headers = { "content-type": "text/plain" };
    const stream = new web.StreamResponse({ headers });
    await stream.prepare(request);
    const to = Number(request.matchInfo.to);
    let at = 0;
    while (at < to && !request.signal.aborted) {
      await stream.write(`${++at} `);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    await news.send(at < to ? `count stopped at ${at}` : `counted to ${at}`);
    return stream;
  });
}
