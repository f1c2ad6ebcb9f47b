import { web } from "../../../mod.ts";
import { serve } from "./serve.ts";
import { folder } from "./shared.mjs";

const app = new web.Application();
app.addRoutes([web.static("/static", folder)]);

await serve(app);
