"""PostgreSQL for tests: databases made from a template and dropped, on the server of RTAPP_TEST_POSTGRES."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url


def server() -> str:
    """Return the address of the server's own database; without one the test is skipped."""
    url = os.environ.get("RTAPP_TEST_POSTGRES")
    if not url:
        pytest.skip(
            "RTAPP_TEST_POSTGRES names no PostgreSQL database, for example postgresql://postgres@127.0.0.1/test"
        )
    return url


@contextmanager
def database(template: str = "template1") -> Iterator[tuple[str, str]]:
    """Yield the name and the address of a new database, a copy of ``template``; drop it at the end."""
    address = make_url(server())
    name = f"rtapp_{uuid.uuid4().hex[:12]}"
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as line:
        new, old = sql.Identifier(name), sql.Identifier(template)
        line.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(new, old))
        try:
            yield (
                name,
                address.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False),
            )
        finally:
            line.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(new))
