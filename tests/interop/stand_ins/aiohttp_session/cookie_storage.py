"""Sessions encrypted in the cookie, in the format of aiohttp_session."""

import json

from cryptography import fernet

from . import Session


class EncryptedCookieStorage:
    def __init__(self, secret_key, *, max_age=None):
        self._fernet = fernet.Fernet(secret_key)
        self._max_age = max_age

    def load(self, request):
        token = request.cookies.get("AIOHTTP_SESSION")
        if token is None:
            return Session()
        try:
            text = self._fernet.decrypt(token.encode(), ttl=self._max_age)
        except fernet.InvalidToken:
            return Session()
        return Session(json.loads(text))

    def save(self, response, session):
        text = json.dumps({"created": session.created, "session": session})
        token = self._fernet.encrypt(text.encode()).decode()
        response.set_cookie(
            "AIOHTTP_SESSION", token, max_age=self._max_age, httponly=True, path="/"
        )
