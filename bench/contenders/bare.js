// A minimal program for `deno compile`: prints, serves or gets hello.
const [option, port] = Deno.args;
if (option === "--version") console.log(Deno.version.deno);
else if (option === "--port") {
  Deno.serve({ port: Number(port), hostname: "127.0.0.1", onListen() {} }, () => {
    return new Response("hello");
  });
} else if (option === "--get") {
  const { hostname, port: at, host } = new URL(port);
  using connection = await Deno.connect({ hostname, port: Number(at) });
  const head = `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head));
  const reply = await new Response(connection.readable).text();
  console.log(reply.slice(reply.indexOf("\r\n\r\n") + 4));
} else console.log("hello");
