import { BodyPartReader, web } from "../../../mod.ts";
import { serve } from "./serve.ts";
import { HELLO, mode } from "./shared.mjs";

const app = new web.Application();
app.addRoutes([
  web.get("/", () => web.textResponse(HELLO)),
  web.post("/multipart", async (request) => {
    let size = 0;
    const reader = await request.multipart({ reuseBuffers: mode !== "kept" });
    for await (const part of reader) {
      if (part instanceof BodyPartReader) { for await (const piece of part) size += piece.length; }
    }
    return web.textResponse(String(size));
  }),
  web.post("/post", async (request) => {
    const data = await request.post({ maxSize: 0 });
    return web.textResponse(String(data.file("file")?.size));
  }),
]);

await serve(app);
