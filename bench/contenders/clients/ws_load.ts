// Echoes on 100 sockets for some seconds: ws_load.ts URL SECONDS. Prints messages per second.
const [url = "", seconds = "3"] = Deno.args;
const MESSAGE = "x".repeat(64);
const WARM_UP_MILLISECONDS = 300;

let count = 0;
const sockets = await Promise.all(
  Array.from({ length: 100 }, () =>
    new Promise<WebSocket>((resolve, reject) => {
      const socket = new WebSocket(url);
      socket.onopen = () => resolve(socket);
      socket.onerror = (event) => reject(new Error((event as ErrorEvent).message));
      socket.onmessage = ({ data }) => {
        if (data !== MESSAGE) throw new Error(`Echo is wrong: ${data}`);
        count++;
        socket.send(MESSAGE);
      };
    })),
);
for (const socket of sockets) socket.send(MESSAGE);
await new Promise((resolve) => setTimeout(resolve, WARM_UP_MILLISECONDS));
count = 0;
const start = performance.now();
await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
console.log(`messages per second: ${(count / (performance.now() - start) * 1000).toFixed(0)}`);
Deno.exit();
