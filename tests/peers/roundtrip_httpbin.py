"""The fixtures of pytest-httpbin, with servers of `roundtrip httpbin` behind them."""

import os

import pytest


class Server:
    def __init__(self, variable):
        self.url = os.environ[variable]

    def __add__(self, path):
        return self.url + path


@pytest.fixture(scope="session")
def httpbin():
    return Server("HTTPBIN_URL")


@pytest.fixture(scope="session")
def httpbin_secure():
    return Server("HTTPBIN_SECURE_URL")


@pytest.fixture(scope="session")
def httpbin_ca_bundle():
    return os.environ["HTTPBIN_CA"]
