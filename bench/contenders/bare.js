// The least that `deno compile` can make: it says hello, or serves it.
const [option, port] = Deno.args;
if (option === "--version") console.log(Deno.version.deno);
else if (option === "--port") {
  Deno.serve({ port: Number(port), hostname: "127.0.0.1", onListen() {} }, () => {
    return new Response("hello");
  });
} else console.log("hello");
