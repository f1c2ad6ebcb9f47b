"""aiohttp's client against the tutorial's server and an application of ours, by its base URL."""

import asyncio
import json
import sys

import aiohttp


async def tutorial(session: aiohttp.ClientSession, base: str) -> object:
    seen: list[object] = []
    async with session.get(f"{base}/") as response:
        seen.append([response.status, await response.text(), response.content_type])
    async with session.get(f"{base}/querystring", params=[("a", "1"), ("a", "ж ")]) as response:
        seen.append([str(response.url.query_string), await response.text()])
    async with session.post(f"{base}/json", json={"test": "object"}) as response:
        try:
            await response.json()
        except aiohttp.ContentTypeError as error:
            seen.append([error.status, error.message, await response.text()])
    async with session.get(f"{base}/root/x y") as response:
        seen.append(await response.text())
    async with session.ws_connect(f"{base}/ws") as socket:
        await socket.send_str("one")
        seen.append((await socket.receive()).data)
        await socket.send_str("close")
        message = await socket.receive()
        seen.append([message.type.name, socket.close_code])
    return seen


async def application(session: aiohttp.ClientSession, base: str) -> object:
    seen: list[object] = []
    async with session.get(f"{base}/set") as response:
        seen.append({name: cookie.value for name, cookie in response.cookies.items()})
    async with session.get(f"{base}/cookies") as response:
        seen.append(await response.json())
    async with session.get(f"{base}/away") as response:
        seen.append([response.status, response.url.raw_path_qs, [each.status for each in response.history]])
    async with session.post(f"{base}/form", data=[("a", "1 2"), ("a", "ж"), ("b", "&=")]) as response:
        seen.append(await response.json())
    async with session.post(f"{base}/json", json={"a": [1, None]}) as response:
        seen.append(await response.json())
    async with session.head(f"{base}/cookies") as response:
        seen.append([response.status, response.content_length, await response.read() == b""])
    async with session.delete(f"{base}/form") as response:
        seen.append([response.status, response.headers["Allow"]])
    return seen


async def main(mode: str, base: str) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        run = tutorial if mode == "tutorial" else application
        print(json.dumps(await run(session, base)))


asyncio.run(main(*sys.argv[1:]))
