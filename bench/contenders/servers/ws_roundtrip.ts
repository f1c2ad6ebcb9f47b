import { web, WSMsgType } from "../../../mod.ts";
import { serve } from "./serve.ts";
import { HELLO } from "./shared.mjs";

const app = new web.Application();
app.addRoutes([
  web.get("/", () => web.textResponse(HELLO)),
  web.get(
    "/ws",
    web.webSocket(async (socket) => {
      for await (const message of socket) {
        if (message.type === WSMsgType.TEXT) await socket.sendStr(message.data);
      }
    }),
  ),
]);

await serve(app);
