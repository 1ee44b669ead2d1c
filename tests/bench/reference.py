"""The least a durable check-in can be on this stack, to be measured beside the desk: no sign-in, trail, judgement.

One thread writes what waits in one transaction: look the card up, mark, keep the answer. SQLite with
synchronous=FULL through SQLAlchemy's Core, Flask in front, and one view that answers a constant: the price of an
answer. Tables are filled with ``PEOPLE`` cards, C000000000000001 and so on; ``BENCH_REFERENCE`` names the file.
"""

import json
import os
import threading
from queue import SimpleQueue
from typing import Any

import sqlalchemy as sa
from flask import Flask, jsonify, request
from sqlalchemy.dialects.sqlite import insert

PEOPLE, GROUP = 951, 64
TABLES = sa.MetaData()
CARD = sa.Table(
    "card",
    TABLES,
    sa.Column("code", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("village", sa.String, nullable=False),
)
MARK = sa.Table(
    "mark",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("point", sa.Integer, nullable=False),
    sa.Column("code", sa.String, nullable=False),
    sa.UniqueConstraint("point", "code"),
)
KEPT = sa.Table(
    "kept",
    TABLES,
    sa.Column("nonce", sa.String, primary_key=True),
    sa.Column("point", sa.Integer, nullable=False),
    sa.Column("answer", sa.String, nullable=False),
)
KNOWN = sa.select(KEPT.c.answer).where(KEPT.c.nonce == sa.bindparam("nonce"))
HOLDER = sa.select(CARD).where(CARD.c.code == sa.bindparam("code"))
TAKE = insert(MARK).on_conflict_do_nothing().returning(MARK.c.id)


class Keeper:
    """The writer: one thread, one connection, groups of what waits."""

    def __init__(self, file: str) -> None:
        self.waiting: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self.engine = sa.create_engine(f"sqlite:///{file}", connect_args={"check_same_thread": False})
        sa.event.listen(self.engine, "connect", self.prepare)
        TABLES.create_all(self.engine)
        with self.engine.begin() as line:
            rows = [{"code": f"C{n:015}", "name": f"PESERTA {n}", "village": "DESA CONTOH"} for n in range(PEOPLE)]
            line.execute(insert(CARD).on_conflict_do_nothing(), rows)
        threading.Thread(target=self.run, daemon=True).start()

    @staticmethod
    def prepare(line: Any, _record: Any) -> None:
        line.isolation_level = None
        for setting in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
            line.execute(f"PRAGMA {setting}")

    def keep(self, scan: dict[str, Any]) -> dict[str, Any]:
        job = {"scan": scan, "done": threading.Event()}
        self.waiting.put(job)
        job["done"].wait()
        return job["answer"]

    def run(self) -> None:
        with self.engine.connect() as line:
            while True:
                group = [self.waiting.get()]
                while not self.waiting.empty() and len(group) < GROUP:
                    group.append(self.waiting.get())
                line.exec_driver_sql("BEGIN IMMEDIATE")
                for job in group:
                    job["answer"] = self.judge(line, job["scan"])
                line.exec_driver_sql("COMMIT")
                for job in group:
                    job["done"].set()

    def judge(self, line: sa.Connection, scan: dict[str, Any]) -> dict[str, Any]:
        known = line.execute(KNOWN, {"nonce": scan["nonce"]}).scalar()
        if known:
            return json.loads(known)
        holder = line.execute(HOLDER, {"code": scan["code"]}).first()
        answer: dict[str, Any] = {"nonce": scan["nonce"], "verdict": "UNKNOWN", "participant": None, "number": None}
        if holder is not None:
            mark = line.execute(TAKE, {"point": scan["checkpoint"], "code": holder.code}).scalar()
            answer |= {"verdict": "WELCOME" if mark else "ALREADY", "participant": holder._asdict(), "number": mark}
        row = {"nonce": scan["nonce"], "point": scan["checkpoint"], "answer": json.dumps(answer)}
        line.execute(sa.insert(KEPT), row)
        return answer


def made() -> Flask:
    """Return the application; a server makes it in its own process."""
    app, keeper = Flask("reference"), Keeper(os.environ["BENCH_REFERENCE"])

    @app.post("/api/v1/scans")
    def scans() -> Any:
        return jsonify(keeper.keep(request.get_json()))

    @app.post("/constant")
    def constant() -> Any:
        request.get_data()
        return jsonify(nonce="w" * 23, verdict="WELCOME", number=1)

    return app
