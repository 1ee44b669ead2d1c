"""What a steward would say, from the facts alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtapp.checkin.verdict import Facts, Source, Verdict, is_open, judge

NOON = datetime(2023, 11, 8, 4, tzinfo=UTC)


def test_verdicts_and_doors_are_called_as_programs_and_old_records_call_them():
    assert " ".join(Verdict) == (
        "WELCOME REPRESENTED ALREADY OTHER_WAVE NOT_OPEN REVOKED ARCHIVED UNKNOWN CONFLICT TEST"
    )
    assert " ".join(Source) == "native wedge camera photo search short_code batch paper offline"


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        (Facts(known=False, open=False), Verdict.UNKNOWN),
        (Facts(known=True, revoked=True, archived=True, open=False, home_wave=2, wave=1), Verdict.REVOKED),
        (Facts(known=True, archived=True, open=False, home_wave=2, wave=1), Verdict.ARCHIVED),
        (Facts(known=True, open=False, present=True, home_wave=2, wave=1), Verdict.NOT_OPEN),
        (Facts(known=True, present=True, by_substitute=True, meets=False, home_wave=2, wave=1), Verdict.CONFLICT),
        (Facts(known=True, present=True, represented=True, meets=False, home_wave=2, wave=1), Verdict.CONFLICT),
        (Facts(known=True, present=True, represented=True, by_substitute=True, home_wave=2), Verdict.ALREADY),
        (Facts(known=True, present=True, meets=False, home_wave=2, wave=1), Verdict.ALREADY),
        (Facts(known=True, meets=False, home_wave=2, wave=1), Verdict.NOT_OPEN),
        (Facts(known=True, by_substitute=True, home_wave=2, wave=1), Verdict.OTHER_WAVE),
        (Facts(known=True, by_substitute=True, accepted=True, home_wave=2, wave=1), Verdict.REPRESENTED),
        (Facts(known=True, accepted=True, home_wave=2, wave=1), Verdict.WELCOME),
        (Facts(known=True, home_wave=2, wave=1), Verdict.OTHER_WAVE),
        (Facts(known=True, has_seat=True, home_wave=None, wave=1), Verdict.OTHER_WAVE),
        (Facts(known=True, has_seat=False, home_wave=2, wave=1), Verdict.OTHER_WAVE),
        (Facts(known=True, has_seat=False, home_wave=None, wave=1), Verdict.WELCOME),
        (Facts(known=True, home_wave=1, wave=1), Verdict.WELCOME),
    ],
)
def test_the_first_objection_a_steward_would_make_is_the_one_that_is_said(facts, verdict):
    assert judge(facts) is verdict


@given(st.builds(Facts, known=st.booleans(), archived=st.booleans(), revoked=st.booleans(), present=st.booleans()))
def test_nobody_archived_revoked_or_present_is_ever_welcome(facts):
    if facts.archived or facts.revoked or facts.present or not facts.known:
        assert judge(facts) is not Verdict.WELCOME


def test_a_checkpoint_without_a_window_is_open_until_its_wave_closes():
    assert is_open(NOON, None, None)
    assert not is_open(NOON, None, None, wave_closed_at=NOON)
    assert is_open(NOON - timedelta(minutes=1), None, None, wave_closed_at=NOON)


def test_a_window_holds_its_first_moment_and_not_its_last():
    hour = timedelta(hours=1)
    assert is_open(NOON, NOON, NOON + hour)
    assert not is_open(NOON + hour, NOON, NOON + hour)
    assert not is_open(NOON - hour, NOON, None) and is_open(NOON + hour, NOON, None)
    assert is_open(NOON, None, NOON + hour) and not is_open(NOON, None, NOON)
    assert not is_open(NOON, NOON - hour, NOON + hour, wave_closed_at=NOON)
