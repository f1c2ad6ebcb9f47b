// A well-behaved client: `probe.ts PORT COUNT` prints its p99 latency in ms.
const [port = "", count = ""] = Deno.args;
const times: number[] = [];
const head = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
const buffer = new Uint8Array(4096);
let connection: Deno.TcpConn | null = null;
for (let at = 0; at < Number(count); at++) {
  connection ??= await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  const begun = performance.now();
  try {
    await connection.write(head);
    if (await connection.read(buffer) === null) throw new Error("closed");
    times.push(performance.now() - begun);
  } catch {
    connection.close();
    connection = null;
  }
  await new Promise((resolve) => setTimeout(resolve, 3));
}
connection?.close();
console.log(times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Infinity);
