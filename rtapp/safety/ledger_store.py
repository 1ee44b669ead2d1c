"""Check the ledger: the trail, every mark against its scan, every count against a recount of the scans."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from ..audit.store import verify_chain
from ..checkin.seals_store import first_bad_scan, unexplained
from ..db import db
from ..events.waves import CheckpointKind
from ..live.board_store import over_all_waves, points_of
from ..live.store import count_at, counts_at
from ..refusals import Reason, reason
from ..schema import Scan

Findings = Iterator[Reason]
SHOWN = 20  # findings of one kind that are told one by one
_TOTALS = ("participant", "scan", "attendance", "audit", "checkpoint")


def totals(session: Session) -> dict[str, int]:
    """Return how many rows there are to check, by table."""
    return {name: session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in _TOTALS}


def examine(session: Session) -> Findings:
    """Yield everything that is wrong, most fundamental first; nothing is written.

    What ``session`` has read before is ended; all of this is read in one snapshot, so that scans may arrive meanwhile.
    A check that cannot be carried out is a finding, too.
    """
    session.rollback()
    for check in (_schema, _file, _trail, _seals, _marks, _scans, _doubles, _counts):
        try:
            yield from _some(check, session)
        except DatabaseError as error:  # a damaged page is met wherever it is read
            session.rollback()
            yield damaged(error)
            return


def _some(check: Callable[[Session], Findings], session: Session) -> Findings:
    for number, finding in enumerate(check(session)):
        if number == SHOWN:
            yield reason("more", "… dan lebih banyak lagi yang seperti ini.")
            return
        yield finding


def damaged(error: DatabaseError | str) -> Reason:
    """Say that the database's file is damaged, and what to do."""
    why = str(error.orig if isinstance(error, DatabaseError) else error).strip().splitlines()[-1]
    return reason("damaged", "Berkas basis data rusak (%(why)s). Hentikan server, lalu pulihkan cadangan.", why=why)


def _file(session: Session) -> Findings:
    """The pages of the file and the references between rows; PostgreSQL guards both by itself."""
    if session.get_bind().dialect.name != "sqlite":
        return
    for why in session.execute(text("PRAGMA integrity_check(20)")).scalars():
        if why != "ok":
            yield damaged(why)
    for table, row, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
        yield reason(
            "dangling",
            "Baris %(row)s di %(table)s merujuk %(parent)s yang tidak ada.",
            row=row,
            table=table,
            parent=parent,
        )


def foreign(session: Session) -> list[str]:
    """Return the triggers and views of the database: ours has none, and one would change what is written or read."""
    if session.get_bind().dialect.name == "sqlite":
        rows = "SELECT type || ' ' || name FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY 1"
    else:
        rows = """SELECT 'trigger ' || tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
            WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace
            UNION SELECT 'view ' || viewname FROM pg_views WHERE schemaname = current_schema() ORDER BY 1"""
    return list(session.execute(text(rows)).scalars())


def strange(session: Session) -> list[str]:
    """Return what of the present schema is not as this version makes it: tables, columns and indexes by name."""
    wanted = {table.name: table for table in db.metadata.sorted_tables}
    there = inspect(session.connection())
    names = set(there.get_table_names()) - {"alembic_version"}
    unlike = [f"table {name}" for name in sorted(names ^ set(wanted))]
    for name in sorted(names & set(wanted)):
        columns = {column["name"] for column in there.get_columns(name)} ^ {column.name for column in wanted[name].c}
        ours = {str(index.name) for index in wanted[name].indexes}
        indexes = ours ^ {str(index["name"]) for index in there.get_indexes(name) if not _of_unique(index)}
        unlike += [f"{name}.{each}" for each in sorted(columns | indexes)]
    return unlike


def _of_unique(index: Any) -> bool:
    return bool(index.get("duplicates_constraint")) or str(index["name"]).startswith("sqlite_autoindex")


def _schema(session: Session) -> Findings:
    """Does anything stand in the database that no version of ours makes, or lack that holds it together?"""
    for name in (*foreign(session), *strange(session)):
        yield reason("schema", "Susunan basis data bukan buatan rtapp: %(name)s.", name=name)


def _trail(session: Session) -> Findings:
    line = verify_chain(session)
    if line is not None:
        yield reason("trail", "Jejak diubah, dihapus, atau diurutkan ulang mulai baris %(line)s.", line=line)


def _seals(session: Session) -> Findings:
    """Is every sealed scan as it was, and every mark what its scans and the lines of undoing say?"""
    scan = first_bad_scan(session)
    if scan is not None:
        yield reason("sealed", "Pindaian diubah atau dihapus sesudah disegel, mulai pindaian %(scan)s.", scan=scan)
    bare = {row.id for row in session.execute(text(_NO_SCAN))}  # told by _marks
    for mark in unexplained(session):
        if mark not in bare:
            yield reason("unexplained", "Kehadiran %(id)s tidak seperti kata pindaian dan jejaknya.", id=mark)


_NO_SCAN = """
SELECT a.id, a.checkpoint_id AS checkpoint, a.participant_id AS participant FROM attendance a
WHERE NOT EXISTS (SELECT 1 FROM scan s WHERE s.attendance_id = a.id) ORDER BY a.id"""
_UNLIKE = """
SELECT s.id, s.attendance_id FROM scan s LEFT JOIN attendance a ON a.id = s.attendance_id
WHERE (s.verdict IN ('WELCOME', 'REPRESENTED') AND a.id IS NULL)
   OR (s.attendance_id IS NOT NULL AND (s.verdict NOT IN ('WELCOME', 'REPRESENTED')
       OR a.checkpoint_id <> s.checkpoint_id OR s.participant_id IS NULL OR a.participant_id <> s.participant_id))
ORDER BY s.id"""
_ANSWERS = """
SELECT s.id, s.nonce, s.checkpoint_id, s.participant_id, s.verdict, s.answer, s.attendance_id, a.number, a.mode
FROM scan s LEFT JOIN attendance a ON a.id = s.attendance_id ORDER BY s.id"""
_DOUBLES = """
SELECT checkpoint_id AS checkpoint, participant_id AS participant, count(*) AS marks
FROM attendance WHERE voided_at IS NULL GROUP BY checkpoint_id, participant_id HAVING count(*) > 1
UNION SELECT min(a.checkpoint_id), a.participant_id, count(*) FROM attendance a
JOIN checkpoint c ON c.id = a.checkpoint_id WHERE a.voided_at IS NULL AND c.kind = 'hadir'
GROUP BY c.wave_id, a.participant_id HAVING count(*) > 1 ORDER BY 1, 2"""


def _marks(session: Session) -> Findings:
    for row in session.execute(text(_NO_SCAN)).mappings():
        yield reason(
            "no_scan",
            "Kehadiran %(id)s (peserta %(participant)s, titik absensi %(checkpoint)s) tidak punya pindaian.",
            **row,
        )


def _scans(session: Session) -> Findings:
    """Does each scan's mark say what the scan says, and each scan's columns what was answered?"""
    for row in session.execute(text(_UNLIKE)):
        yield reason(
            "unlike",
            "Pindaian %(id)s dan kehadirannya (%(mark)s) tidak cocok.",
            id=row.id,
            mark=row.attendance_id or "-",
        )
    typed = text(_ANSWERS).columns(answer=Scan.__table__.c.answer.type).execution_options(yield_per=1000)
    for row in session.execute(typed):
        if not _is_as_answered(row):
            yield reason("answer", "Pindaian %(id)s tidak sama dengan jawaban yang dahulu diberikan.", id=row.id)


def _is_as_answered(row: Any) -> bool:
    answer = row.answer or {}
    same = (answer.get("nonce"), answer.get("verdict")) == (row.nonce, row.verdict)
    same = same and answer.get("checkpoint_id") == row.checkpoint_id
    same = same and answer.get("participant_id") == row.participant_id
    if row.attendance_id is None:
        return same
    unlike = (answer.get("attendance_id"), answer.get("number"), answer.get("mode"))
    return same and unlike == (row.attendance_id, row.number, row.mode)


def _doubles(session: Session) -> Findings:
    for row in session.execute(text(_DOUBLES)).mappings():
        yield reason(
            "double", "Peserta %(participant)s tercatat %(marks)s kali di titik absensi %(checkpoint)s.", **row
        )


# What was marked by a scan and not undone: the ledger itself, in a statement that shares nothing with the counts.
_LEDGER = """
SELECT DISTINCT s.checkpoint_id, s.participant_id, a.mode, c.wave_id, c.kind
FROM scan s JOIN attendance a ON a.id = s.attendance_id JOIN checkpoint c ON c.id = s.checkpoint_id
WHERE s.verdict IN ('WELCOME', 'REPRESENTED') AND a.voided_at IS NULL"""
# Of the checkpoint itself, or through another door of the same registration.
_THERE = "(l.checkpoint_id = :point OR (l.kind = 'hadir' AND :kind = 'hadir' AND l.wave_id = :wave))"
_HERE = f"""WITH ledger AS ({_LEDGER}) SELECT count(DISTINCT p.id) FROM ledger l
JOIN participant p ON p.id = l.participant_id WHERE {_THERE}"""
_RECOUNTS = {
    "hadir": f"{_HERE} AND p.kind = 'rt' AND p.wave_id = :wave",
    "diwakili": f"""{_HERE} AND p.kind = 'rt' AND p.wave_id = :wave
        AND l.mode = 'diwakili'""",
    "other_wave": f"""{_HERE} AND p.kind = 'rt'
        AND (p.wave_id IS NULL OR p.wave_id <> :wave)""",
    "guests": f"{_HERE} AND p.kind <> 'rt'",
    "roster": f"""WITH ledger AS ({_LEDGER}) SELECT count(*) FROM participant p
        WHERE p.kind = 'rt' AND p.wave_id = :wave AND p.seat_id IS NOT NULL
        AND (p.archived_at IS NULL OR p.id IN (SELECT l.participant_id FROM ledger l WHERE {_THERE}))""",
    "elsewhere": f"""WITH ledger AS ({_LEDGER}) SELECT count(*) FROM participant p
        WHERE p.kind = 'rt' AND p.wave_id = :wave AND p.archived_at IS NULL AND p.seat_id IS NOT NULL
        AND p.id NOT IN (SELECT l.participant_id FROM ledger l WHERE {_THERE})
        AND p.id IN (SELECT l.participant_id FROM ledger l WHERE l.kind = 'hadir' AND l.wave_id <> :wave)""",
}
_POINTS = "SELECT id, name, kind, wave_id FROM checkpoint ORDER BY id"
_OWN = f"""WITH ledger AS ({_LEDGER}) SELECT count(DISTINCT p.id) FROM participant p
JOIN ledger l ON l.participant_id = p.id
WHERE p.kind = 'rt' AND p.seat_id IS NOT NULL AND l.kind = 'hadir' AND l.wave_id = p.wave_id"""


def _counts(session: Session) -> Findings:
    """Does every number that desks, boards and papers show follow from the scans?"""
    for point in session.execute(text(_POINTS)).all():
        yield from _counts_of(session, point)
    own = sum(district.hadir for district in over_all_waves(session))
    if own != (recounted := session.execute(text(_OWN)).scalar_one()):
        yield _differs("papan acara", "hadir", own, recounted)


def _counts_of(session: Session, point: Any) -> Findings:
    counts, small = counts_at(session, point.id), count_at(session, point.id)
    bound = {"point": point.id, "wave": point.wave_id, "kind": point.kind}
    for name, statement in _RECOUNTS.items():
        shown, recounted = getattr(counts, name), session.execute(text(statement), bound).scalar_one()
        if shown != recounted:
            yield _differs(point.name, name, shown, recounted)
    beside = {"meja": small.hadir, "kecamatan": sum(district.hadir for district in counts.districts)}
    if point.kind != CheckpointKind.HADIR:  # of a registration the board shows each door by itself
        beside |= {name: present for name, _, present in points_of(session, point.wave_id) if name == point.name}
    for where, shown in beside.items():
        if shown != counts.hadir:
            yield _differs(f"{point.name}, {where}", "hadir", shown, counts.hadir)


def _differs(where: str, name: str, shown: int, recounted: int) -> Reason:
    return reason(
        "count",
        "%(where)s: angka %(name)s yang tampil %(shown)s, hitung ulang dari pindaian %(recounted)s.",
        where=where,
        name=name,
        shown=shown,
        recounted=recounted,
    )
