"""When a backup is due, and which older ones stay."""

from datetime import UTC, datetime, timedelta

import pytest

from rtapp.safety.rotation import DAYS, HOURS, LATEST, MONTHS, OTHERS, is_due, name_of, read_name, superfluous

NOON = datetime(2023, 11, 8, 12, tzinfo=UTC)


def ago(**past):
    return NOON - timedelta(**past)


@pytest.mark.parametrize(
    ("last", "changed", "due"),
    [
        (None, False, True),
        (ago(minutes=4), True, False),
        (ago(minutes=5), True, True),
        (ago(hours=23), False, False),
        (ago(days=1), False, True),
        (NOON + timedelta(hours=1), False, True),  # the clock was set back
    ],
)
def test_a_backup_is_due_every_few_minutes_while_something_is_recorded_else_daily(last, changed, due):
    assert is_due(last, NOON, changed=changed) is due


def test_a_name_says_when_and_why_and_other_files_have_none():
    name = name_of("before-migration", NOON)
    assert name == "before-migration-20231108T120000Z.zip"
    assert (read_name(name).reason, read_name(name).made_at) == ("before-migration", NOON)
    others = ("auto.zip", "x" + name, name + ".part", "auto-20239999T120000Z.zip", "daftar.xlsx")
    assert [read_name(other) for other in others] == [None] * 5


def test_the_latest_stay_then_fewer_the_older_they_are():
    names = [name_of("auto", ago(minutes=5 * n)) for n in range(12 * 24 * 3)]
    names += [name_of("auto", ago(days=n)) for n in range(3, 800)]
    gone = set(superfluous(names))
    kept = [read_name(name).made_at for name in names if name not in gone]
    assert max(kept) == NOON and len(kept) <= LATEST + HOURS + DAYS + MONTHS
    assert sum(NOON - moment < timedelta(hours=1) for moment in kept) == LATEST
    assert all(any(moment.hour == hour and NOON - moment < timedelta(days=1) for moment in kept) for hour in range(24))
    assert all(any(moment.date() == ago(days=n).date() for moment in kept) for n in range(1, DAYS))
    assert NOON - min(kept) < timedelta(days=370)


def test_each_other_kind_keeps_its_latest_and_nothing_foreign_is_touched():
    names = [name_of(why, ago(days=n)) for n in range(30) for why in ("manual", "before-migration", "before-restore")]
    assert len(superfluous([*names, "surat.docx"])) == 3 * (30 - OTHERS)
    assert name_of("manual", NOON) not in superfluous(names)
