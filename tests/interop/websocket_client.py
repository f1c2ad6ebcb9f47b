"""What a client of `aiohttp` or `websockets` sees of our server, as JSON."""

import asyncio
import json
import sys


async def aiohttp_client(base: str) -> object:
    import aiohttp

    seen: list[object] = []
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(f"{base}/echo", protocols=("x", "b"), compress=15) as socket:
            seen.append([socket.protocol, bool(socket.compress)])
            for text in ("a", "", "ж€😀", "x" * 999):
                await socket.send_str(text)
                seen.append(await socket.receive_str() == text)
            await socket.send_bytes(bytes(range(256)))
            seen.append(await socket.receive_bytes() == bytes(range(256)))
            await socket.ping(b"p")
            await socket.send_str("close")
            message = await socket.receive()
            seen.append([message.type.name, message.data, message.extra, socket.close_code])
            seen.append((await socket.receive()).type.name)
        async with session.ws_connect(f"{base}/echo") as socket:
            await socket.send_str("x" * 1000)
            message = await socket.receive()
            seen.append([message.type.name, message.data])
        async with session.ws_connect(f"{base}/echo") as socket:
            await socket.close(code=4000)
            seen.append(socket.close_code)
        async with session.ws_connect(f"{base}/throws") as socket:
            seen.append((await socket.receive()).data)
        # Silence longer than two heartbeats: both sides answer pings.
        async with session.ws_connect(f"{base}/echo", heartbeat=1) as socket:
            receiving = asyncio.create_task(socket.receive_str())  # aiohttp reads pongs only here
            await asyncio.sleep(2.5)
            await socket.send_str("alive")
            seen.append(await receiving)
        try:
            await session.ws_connect(f"{base}/echo", origin="http://evil.example")
        except aiohttp.WSServerHandshakeError as error:
            seen.append(error.status)
    return seen


async def websockets_client(base: str) -> object:
    from websockets.asyncio.client import connect
    from websockets.exceptions import ConnectionClosed, InvalidStatus

    base = base.replace("http", "ws")
    seen: list[object] = []
    async with connect(f"{base}/echo", subprotocols=["x", "b"]) as socket:
        seen.append([socket.subprotocol, bool(socket.protocol.extensions)])
        for text in ("a", "", "ж€😀", "x" * 999):
            await socket.send(text)
            seen.append(await socket.recv() == text)
        await socket.send(bytes(range(256)))
        seen.append(await socket.recv() == bytes(range(256)))
        await (await socket.ping(b"p"))
        await socket.send("close")
        try:
            await socket.recv()
        except ConnectionClosed as error:
            seen.append(["CLOSE", error.rcvd.code, error.rcvd.reason, socket.close_code])
        seen.append("CLOSED")
    async with connect(f"{base}/echo") as socket:
        await socket.send(["x" * 500, "x" * 500])  # in fragments
        try:
            await socket.recv()
        except ConnectionClosed as error:
            seen.append(["CLOSE", error.rcvd.code])
    async with connect(f"{base}/echo") as socket:
        await socket.close(code=4000)
        seen.append(socket.close_code)
    async with connect(f"{base}/throws") as socket:
        try:
            await socket.recv()
        except ConnectionClosed as error:
            seen.append(error.rcvd.code)
    async with connect(f"{base}/echo", ping_interval=1, ping_timeout=1) as socket:
        await asyncio.sleep(2.5)
        await socket.send("alive")
        seen.append(await socket.recv())
    try:
        await connect(f"{base}/echo", origin="http://evil.example")
    except InvalidStatus as error:
        seen.append(error.response.status_code)
    return seen


async def main(peer: str, base: str) -> None:
    run = aiohttp_client if peer == "aiohttp" else websockets_client
    print(json.dumps(await run(base)))


asyncio.run(main(*sys.argv[1:]))
