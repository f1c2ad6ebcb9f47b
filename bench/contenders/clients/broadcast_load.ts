// Members of a room: broadcast_load.ts KIND MEMBERS PORT..., where KIND is "ws" or "socketio".
// Prints "ready"; then, for each line with a number of seconds, the number of messages that all
// members have got in that time. The next message is sent when all have the last one.
const [kind = "", members = "", ...ports] = Deno.args;
const MEMBERS = Number(members);
let arrived = 0;
let all = Promise.withResolvers<void>();

function join(port: string): Promise<void> {
  const path = kind === "ws" ? "/ws" : "/socket.io/?EIO=4&transport=websocket";
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.onopen = () => kind === "ws" ? resolve() : socket.send("40");
  socket.onmessage = ({ data }) => {
    if (kind !== "ws" && !data.startsWith("42")) {
      if (data === "2") socket.send("3");
      if (data.startsWith("40")) resolve();
      return;
    }
    if (++arrived === MEMBERS) all.resolve();
  };
  return promise;
}

for (let n = 0; n < MEMBERS; n += 50) {
  await Promise.all(
    Array.from({ length: 50 }, (_, m) => join(ports[(n + m) % ports.length] ?? "")),
  );
}
await new Promise((resolve) => setTimeout(resolve, 1000));
console.log("ready");
const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
for await (const line of lines) {
  const start = performance.now();
  let sent = 0;
  while (performance.now() - start < Number(line) * 1000) {
    all = Promise.withResolvers();
    arrived = 0;
    await (await fetch(`http://127.0.0.1:${ports[sent++ % ports.length]}/send`)).text();
    await all.promise;
  }
  console.log(`${sent * MEMBERS}`);
}
