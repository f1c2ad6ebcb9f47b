// deno run --allow-net=localhost examples/0039_behind_a_proxy.ts
// Behind nginx the peer is nginx, and its headers describe the client. Anyone can send these
// headers, so trust them only from the proxy: the application listens only on localhost.
// 在 nginx 之后对端是 nginx，客户端信息在请求头里；只信任来自代理的请求头。
import { ClientSession, web } from "@roundtrip/http";

const PROXIES = new Set(["127.0.0.1", "::1"]);

/** Reads client, scheme and host from the headers of a trusted proxy. */
const behindProxy: web.Middleware = (request, handler) => {
  if (!PROXIES.has(request.remote ?? "")) return handler(request);
  const { headers } = request;
  // Many proxies append the peer's address, so only the last one is reliable.
  // 许多代理追加对端地址，所以只有最后一个可信。
  const remote = headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "";
  const proto = headers.get("x-forwarded-proto");
  return handler(request.clone({
    ...(remote === "" ? {} : { remote }),
    ...(proto === "https" || proto === "http" ? { scheme: proto } : {}),
  }));
};

const app = new web.Application({ middlewares: [behindProxy] });
app.addRoutes([
  web.get(
    "/",
    (request) =>
      web.jsonResponse({ remote: request.remote, scheme: request.scheme, secure: request.secure }),
  ),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

const forged = "6.6.6.6, 203.0.113.7"; // the client sent the first, nginx wrote the second 前者由客户端发送，后者由 nginx 写入
for (const headers of [{}, { "x-forwarded-for": forged, "x-forwarded-proto": "https" }]) {
  await using response = await session.get("/", { headers });
  console.log((await response.text()).replace("::1", "127.0.0.1"));
}

// Prints:
// {"remote":"127.0.0.1","scheme":"http","secure":false}
// {"remote":"203.0.113.7","scheme":"https","secure":true}
