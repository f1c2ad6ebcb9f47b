import { BodyPartReader, web } from "../../../mod.ts";
import { serve } from "./serve.ts";
import { HELLO, mode } from "./shared.mjs";

const app = new web.Application();
app.addRoutes([
  web.get("/", () => web.textResponse(HELLO)),
  web.post("/multipart", async (request) => {
    let size = 0;
    for await (const part of await request.multipart()) {
      if (!(part instanceof BodyPartReader)) continue;
      for await (const piece of mode === "kept" ? part : part.lentPieces()) size += piece.length;
    }
    return web.textResponse(String(size));
  }),
  web.post("/post", async (request) => {
    const data = await request.post({ maxSize: 0 });
    return web.textResponse(String(data.file("file")?.size));
  }),
]);

await serve(app);
