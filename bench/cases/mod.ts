/**
 * All benchmarks, in order. A new one is a file in this folder and a line here.
 *
 * Its programs go below `contenders/`. `open` is `underLoad()` where contenders are servers (`wrk()` or
 * a `Load` of its own loads them), `asClient()` where they are clients that speak the protocol of
 * `contenders/clients/worker.mjs`, or a function of its own: all that counts is that each call of
 * `measure()` resolves to one figure in the case's unit.
 */

import type { BenchCase } from "../measure/case.ts";
import { broadcast, broadcastRedis, limited } from "./many_machines.ts";
import { clientGet } from "./client_get.ts";
import { clientCpu } from "./client_cpu.ts";
import { cliFiles100m, cliFiles10k } from "./cli_files.ts";
import { cliFirst200, cliMemory, cliRequest, cliStartup, serverStart } from "./cli_startup.ts";
import { clientMemory } from "./client_memory.ts";
import { clientTransfer } from "./client_transfer.ts";
import { clientWebSocket } from "./client_ws.ts";
import { ENGINES } from "./engines.ts";
import { REQUESTS } from "./requests.ts";
import { static100m, static10k } from "./static_files.ts";
import { clientDownload, clientIterate, clientUpload } from "./transfer.ts";
import { multipart, post } from "./upload.ts";
import { WORK } from "./work.ts";
import { processes } from "./workers.ts";
import { wsEcho } from "./ws_echo.ts";

export const CASES: readonly BenchCase[] = [
  ...REQUESTS,
  ...WORK,
  clientGet,
  ...clientCpu,
  clientDownload,
  clientIterate,
  clientUpload,
  ...clientTransfer,
  ...clientMemory,
  wsEcho,
  ...clientWebSocket,
  broadcast,
  broadcastRedis,
  limited,
  multipart,
  post,
  static10k,
  static100m,
  serverStart,
  cliStartup,
  cliFirst200,
  cliMemory,
  cliRequest,
  cliFiles10k,
  cliFiles100m,
  ...ENGINES,
  processes,
];
