// A minimal program for `deno compile`: prints or serves hello.
const [option, port] = Deno.args;
if (option === "--version") console.log(Deno.version.deno);
else if (option === "--port") {
  Deno.serve({ port: Number(port), hostname: "127.0.0.1", onListen() {} }, () => {
    return new Response("hello");
  });
} else console.log("hello");
