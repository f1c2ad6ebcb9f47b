"""A small service on aiohttp: notes of the user who is logged in. Run: SESSION_KEY=… python notes.py PORT"""

import os
import sys

from aiohttp import web
from aiohttp_session import get_session, new_session, setup
from aiohttp_session.cookie_storage import EncryptedCookieStorage

NOTES = web.AppKey("notes", dict)
routes = web.RouteTableDef()


@web.middleware
async def errors_as_json(request, handler):
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return web.json_response({"error": error.reason}, status=error.status)


async def user_of(request):
    session = await get_session(request)
    if "user" not in session:
        raise web.HTTPUnauthorized()
    return session["user"]


@routes.post("/login")
async def login(request):
    data = await request.post()
    session = await new_session(request)
    session["user"] = data["user"]
    raise web.HTTPSeeOther(request.app.router["notes"].url_for())


@routes.get("/notes", name="notes")
async def list_notes(request):
    user = await user_of(request)
    contains = request.query.get("contains", "")
    notes = request.app[NOTES].get(user, [])
    return web.json_response({"user": user, "notes": [n for n in notes if contains in n]})


@routes.post("/notes")
async def add_note(request):
    user = await user_of(request)
    note = (await request.json())["text"]
    notes = request.app[NOTES].setdefault(user, [])
    notes.append(note)
    return web.json_response({"id": len(notes)}, status=201)


@routes.get(r"/notes/{id:\d+}")
async def get_note(request):
    user = await user_of(request)
    notes = request.app[NOTES].get(user, [])
    number = int(request.match_info["id"])
    if not 1 <= number <= len(notes):
        raise web.HTTPNotFound()
    return web.Response(text=notes[number - 1])


async def open_notes(app):
    app[NOTES] = {}
    yield
    app[NOTES].clear()


def make_app(key):
    app = web.Application(middlewares=[errors_as_json], client_max_size=64 * 1024)
    setup(app, EncryptedCookieStorage(key, max_age=3600))
    app.cleanup_ctx.append(open_notes)
    app.add_routes(routes)
    return app


if __name__ == "__main__":
    web.run_app(make_app(os.environ["SESSION_KEY"]), host="localhost", port=int(sys.argv[1]))
