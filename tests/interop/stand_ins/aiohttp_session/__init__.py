"""Stand-in for the parts of aiohttp_session that docs/migrating/notes.py uses.

For machines whose package index lacks aiohttp_session: the cookie has the format of the real one,
{"created": seconds, "session": {...}} as JSON in a Fernet token. The real package is used where
it is installed.
"""

import json
import time

from aiohttp import web

_STORAGE = "aiohttp_session_storage"
_SESSION = "aiohttp_session"


class Session(dict):
    def __init__(self, data=None):
        super().__init__((data or {}).get("session", {}))
        self.created = (data or {}).get("created", int(time.time()))
        self.was = json.dumps(self)


async def get_session(request):
    if _SESSION not in request:
        request[_SESSION] = request[_STORAGE].load(request)
    return request[_SESSION]


async def new_session(request):
    request[_SESSION] = Session()
    return request[_SESSION]


def setup(app, storage):
    @web.middleware
    async def sessions(request, handler):
        request[_STORAGE] = storage
        try:
            response = await handler(request)
        except web.HTTPException as error:
            _save(request, error)
            raise
        _save(request, response)
        return response

    app.middlewares.append(sessions)


def _save(request, response):
    session = request.get(_SESSION)
    if session is not None and json.dumps(session) != session.was:
        request[_STORAGE].save(response, session)
