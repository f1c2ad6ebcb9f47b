/**
 * A client for `bodies_test.ts`: reads a body whole, says its memory before in MiB and the body's
 * size in bytes, and stays.
 * @module
 */
import { ClientSession } from "@roundtrip/http";
import { memoryOf } from "../_memory.ts";

const before = memoryOf(Deno.pid, "VmRSS");
await using session = new ClientSession();
await using response = await session.get(Deno.env.get("URL") ?? "");
const { length } = await response.read();
console.log(`read ${Math.round(before)} ${length}`);
await new Promise((resolve) => setTimeout(resolve, 60_000));
