// deno run --allow-net=localhost --allow-read=examples cli/main.ts serve -P 8080 examples/0015_command_line.ts:initFunc hi
// The command runs an application from a module, like `python -m aiohttp.web module:init_func`: it
// calls the function after the colon with the arguments after the module. Without a function it
// takes the default export, as `deno serve examples/0015_command_line.ts` does. Where the command is
// installed, it is `roundtrip serve -P 8080 examples/0015_command_line.ts:initFunc hi`. Try it with
// `curl localhost:8080/ann`.
// 命令从模块运行应用：冒号后是函数，模块后是它的参数；没有函数则取默认导出。
import { web } from "@roundtrip/http";

/** Makes the application from the arguments after the module on the command line. */
export function initFunc(argv: readonly string[]): web.Application {
  const [greeting = "hello"] = argv;
  const app = new web.Application();
  app.addRoutes([
    web.get("/{name}", (request) => web.textResponse(`${greeting}, ${request.matchInfo.name}`)),
  ]);
  return app;
}

export default initFunc([]);
