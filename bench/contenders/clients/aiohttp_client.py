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
arguments = parser.parse_args()


async def run(session: aiohttp.ClientSession, seconds: float) -> dict[str, float]:
    count = 0
    start = time.perf_counter()
    end = start + seconds

    async def loop() -> None:
        nonlocal count
        while time.perf_counter() < end:
            async with session.get(arguments.url) as response:
                await response.read()
            count += 1

    await asyncio.gather(*(loop() for _ in range(arguments.concurrency)))
    return {"count": count, "seconds": time.perf_counter() - start}


async def main() -> None:
    async with aiohttp.ClientSession() as session:
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(await run(session, json.loads(line)["seconds"])), flush=True)


uvloop.run(main())
