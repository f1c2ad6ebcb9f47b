// deno run -A examples/cluster/main.ts 8080
/**
 * The playground on two processes with Redis behind nginx, with one command. Chat, events and
 * log-outs reach the pages of both; kill one of them, and the other goes on. It needs
 * `redis-server` and `nginx`; an argument after the port is the address of another Redis.
 * @module
 */
const [port = "8080", elsewhere] = Deno.args;
const folder = await Deno.makeTempDir({ prefix: "cluster-" });
const here = new URL(".", import.meta.url).pathname;
const key = crypto.getRandomValues(new Uint8Array(32)).toHex();

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Starts a program; its end ends the cluster. */
function start(program: string, ...args: string[]): Deno.ChildProcess {
  return new Deno.Command(program, { args, cwd: `${here}../..`, stdin: "null" }).spawn();
}

async function listens(port: number): Promise<void> {
  for (;;) {
    try {
      return (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const redisPort = freePort();
const redis = elsewhere ?? `redis://127.0.0.1:${redisPort}`;
const ports = [freePort(), freePort()];
const uploads = `${folder}/uploads`;
await Deno.mkdir(uploads);
await Deno.writeTextFile(
  `${folder}/nginx.conf`,
  `${Deno.uid() === 0 ? "user root;" : ""} daemon off; pid ${folder}/pid; error_log stderr crit;
events {}
http {
  access_log off;
  ${
    ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")
  }
  upstream app {
    ${ports.map((each) => `server 127.0.0.1:${each} max_fails=0;`).join(" ")}
    keepalive 32;
  }
  map $http_upgrade $connection_upgrade { default upgrade; "" ""; }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 0;
    proxy_http_version 1.1;
    proxy_request_buffering off;
    proxy_read_timeout 1h;
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    location / { proxy_pass http://app; }
  }
}
`,
);

const children: Deno.ChildProcess[] = [];
try {
  if (elsewhere === undefined) {
    const options = ["--save", "", "--bind", "127.0.0.1", "--loglevel", "warning"];
    children.push(start("redis-server", "--port", `${redisPort}`, ...options));
    await listens(redisPort);
  }
  const deno = ["run", "-A", "--no-prompt", `${here}app.ts`];
  for (const each of ports) {
    children.push(start(Deno.execPath(), ...deno, `${each}`, redis, uploads, key));
  }
  for (const each of ports) await listens(each);
  const nginx = start("nginx", "-p", folder, "-c", `${folder}/nginx.conf`);
  children.push(nginx);
  await listens(Number(port));
  console.log(
    `The cluster is on http://localhost:${port}, its processes are on ${ports.join(", ")}`,
  );
  const stop = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stop.resolve());
  }
  await Promise.race([stop.promise, nginx.status]);
} finally {
  for (const child of children.toReversed()) {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended before.
    }
    await child.status;
  }
  await Deno.remove(folder, { recursive: true });
}
Deno.exit(0);
