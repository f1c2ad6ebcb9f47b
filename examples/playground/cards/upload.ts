import { BodyPartReader, web } from "@roundtrip/http";
import { checkSize, MAX_UPLOAD, type Site } from "../site.ts";

/** A file, as a form or as the body, written to the disk as it comes. */
export function upload({ folder, logins, news }: Site): web.RouteTable {
  type Pieces = AsyncIterable<Uint8Array<ArrayBuffer>>;
  async function save(pieces: Pieces, filename: string): Promise<Response> {
    const path = `${folder}/${web.safeFilename(filename)}`;
    const saved = await web.saveFile(pieces, path, {
      onDuplicate: "rename",
      onProgress: checkSize,
      sha256: true,
    });
    const { size, sha256 } = saved;
    const name = saved.path.slice(folder.length + 1);
    await news.send(`${name} was uploaded, ${size} bytes`);
    return web.jsonResponse({ name, size, sha256 });
  }
  return new web.RouteTable({ middlewares: [logins.required] })
    .post("/upload", async (request) => {
      const parts = await request.multipart({ maxTotalSize: MAX_UPLOAD });
      for await (const part of parts) {
        if (!(part instanceof BodyPartReader) || part.filename === null) continue;
        return await save(part, part.filename);
      }
      throw new web.HTTPBadRequest({ text: "The form has no file" });
    })
    .put("/upload/{name}", ({ content, contentLength, matchInfo }) => {
      checkSize(contentLength ?? 0);
      return save(content, matchInfo.name);
    });
}
