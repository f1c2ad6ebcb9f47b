import { join } from "node:path";
import {
  type Handler,
  HTTPBadRequest,
  HTTPConflict,
  HTTPNotFound,
  type RouteDef,
  saveFile,
  type ServerRequest,
  type TusUpload,
  tusUploads,
} from "../../server/mod.ts";
import { requireAccount } from "../listening/accounts.ts";
import type { Root } from "./folder.ts";
import type { FilesOptions } from "./options.ts";
import { checkOrigin, placeOf, refuseFolder } from "./visitor_changes.ts";

/** Routes of resumable uploads by tus, `/.uploads`; filenames may lead through folders. */
export function resumableUploads(root: Root, options: FilesOptions): RouteDef[] {
  const { onDuplicate, maxSize } = options.uploads;
  const place = async ({ metadata }: TusUpload): Promise<[folder: string, name: string]> => {
    const subdir = (options.upload ?? "").split("/").map(encodeURIComponent).join("/");
    const folder = await root.find(subdir);
    if (folder === null) throw new HTTPNotFound();
    const name = metadata.get("relativePath") ?? metadata.get("filename") ?? metadata.get("name");
    if (name === undefined) throw new HTTPBadRequest({ text: "400: the metadata has no filename" });
    return await placeOf(root, folder, name);
  };
  const routes = tusUploads(`${options.prefix}/.uploads`, {
    folder: join(root.path, options.upload ?? ""),
    maxSize: maxSize ?? Number.MAX_SAFE_INTEGER,
    async onCreate(upload) {
      const [folder, name] = await place(upload);
      if (onDuplicate !== "rename") await refuseFolder(folder, name);
      if (onDuplicate === "error" && await exists(join(folder, name))) {
        throw new HTTPConflict({ text: `409: ${JSON.stringify(name)} already exists` });
      }
    },
    async onComplete(file) {
      const [folder, name] = await place(file);
      const target = join(folder, name);
      if (onDuplicate === "overwrite") return await Deno.rename(file.path, target);
      // An empty file keeps the name free of others until the upload takes its place.
      const kept = await saveFile(new Blob([]).stream(), target, { onDuplicate });
      await Deno.rename(file.path, kept.path);
    },
  });
  const guarded = (handler: Handler): Handler => (request: ServerRequest) => {
    requireAccount(options.uploaders, request);
    checkOrigin(request);
    return handler(request);
  };
  return routes.map((each) => ({ ...each, handler: guarded(each.handler as Handler) }));
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
