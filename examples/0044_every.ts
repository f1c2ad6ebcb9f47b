// deno run examples/0044_every.ts
// Work beside requests: once after an answer, and again and again. A failure is logged, runs do not
// overlap, and the stop waits for them.
// 请求之外的工作：回复后一次，或定期执行；失败记入日志，停止时等待。
import { web } from "@roundtrip/http";

const hits = new Map<string, number>(); // counted after the answer, written now and then 回复后计数，定期写出
const stored = new Map<string, number>(); // a database 数据库

const app = new web.Application();
app.addRoutes([
  web.get("/{page}", (request) => {
    const { page } = request.matchInfo;
    request.after(() => void hits.set(page, (hits.get(page) ?? 0) + 1));
    return web.textResponse(`page ${page}`);
  }),
]);
app.every(20, async (signal) => {
  if (hits.size === 0) return;
  const batch = [...hits];
  hits.clear();
  await new Promise((resolve) => setTimeout(resolve, 5)); // as a database would 模拟数据库
  if (signal.aborted) return; // it aborts when the stop waits no longer 停止不再等待时中止
  for (const [page, count] of batch) stored.set(page, (stored.get(page) ?? 0) + count);
}, { jitter: 2, about: "Error writing the hits" });

for (const page of ["a", "b", "a"]) await app.request(`/${page}`);
while (stored.get("a") !== 2 || !stored.has("b")) {
  await new Promise((resolve) => setTimeout(resolve, 10));
}
await app.shutdown(); // web.runApp() and runners do this web.runApp() 和 runner 会这样做
await app.idle();
await app.cleanup();
console.log(Object.fromEntries(stored));

// Prints:
// { a: 2, b: 1 }
