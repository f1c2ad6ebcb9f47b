# The client side of the harness's protocol, as in worker.mjs.
import argparse
import asyncio
import json
import sys
import time

import aiohttp
import uvloop

parser = argparse.ArgumentParser()
parser.add_argument("--url", required=True)
parser.add_argument("--concurrency", type=int, default=32)
parser.add_argument("--mode", default="get")
arguments = parser.parse_args()

# As LONG_REPLY in replies.mjs.
ITEM = {
    "name": "Ada",
    "active": True,
    "tags": ["a", "b", "c"],
    "score": 12.5,
    "about": "She wrote the first program, for a machine that was never built. " * 3,
}
BODY = [{"id": index, **ITEM} for index in range(4)]


async def operate(session: aiohttp.ClientSession) -> None:
    if arguments.mode == "post":
        async with session.post(arguments.url, json=BODY) as response:
            await response.text()
    else:
        async with session.get(arguments.url) as response:
            await (response.json() if arguments.mode == "json" else response.text())


async def run(session: aiohttp.ClientSession, seconds: float) -> dict[str, float]:
    count = 0
    start = time.perf_counter()
    end = start + seconds

    async def loop() -> None:
        nonlocal count
        while time.perf_counter() < end:
            await operate(session)
            count += 1

    await asyncio.gather(*(loop() for _ in range(arguments.concurrency)))
    return {"count": count, "seconds": time.perf_counter() - start}


async def main() -> None:
    # The limit of 100 connections that is the default would hide what 256 at a time cost.
    connector = aiohttp.TCPConnector(limit=max(100, arguments.concurrency))
    async with aiohttp.ClientSession(connector=connector) as session:
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(await run(session, json.loads(line)["seconds"])), flush=True)


uvloop.run(main())
