import { web } from "../../../mod.ts";
import { folder, hostname, port } from "./shared.mjs";

const app = new web.Application();
app.addRoutes([web.static("/static", folder)]);

Deno.serve({ port, hostname, onListen() {} }, app.fetch);
