// Opens connections that do nothing: idle_load.ts PORT KIND COUNT, where KIND is "http" (one request
// each) or "ws". Prints "open" and stays.
const [port = "", kind = "", count = "1"] = Deno.args;
const encoder = new TextEncoder();
const request = encoder.encode(
  kind === "ws"
    ? "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    : "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
);
const kept: Deno.Conn[] = [];
const buffer = new Uint8Array(1024);
while (kept.length < Number(count)) {
  const opened = await Promise.all(Array.from({ length: 100 }, async () => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await connection.write(request);
    await connection.read(buffer);
    return connection;
  }));
  kept.push(...opened);
}
console.log("open");
setInterval(() => {}, 1_000_000);
