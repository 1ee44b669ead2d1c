"""How fast people come, said from the times of their marks alone."""

from datetime import datetime, timedelta

from rtapp.live.pace import bars, forecast, lanes

from .world import at


def minutes(*ago: float) -> list[datetime]:
    return [at(8) - timedelta(minutes=value) for value in ago]


def test_bars_stand_for_five_minutes_by_the_clock_and_gaps_are_shown():
    step, shown = bars([at(7, 31), at(7, 34), at(7, 46)])
    assert step == 5 and bars([]) == (5, [])
    assert shown == [(at(7, 30), 2), (at(7, 35), 0), (at(7, 40), 0), (at(7, 45), 1)]


def test_marks_hours_apart_make_wider_bars_and_none_is_left_out():
    moments = [at(6), at(7, 30), at(23)]
    step, shown = bars(moments)
    assert step == 15 and len(shown) <= 72
    assert sum(count for _at, count in shown) == 3
    assert len(bars([at(8), at(8) + timedelta(days=800)])[1]) <= 72  # a mark of another year


def test_a_lane_tells_its_marks_of_the_last_ten_minutes_and_its_last():
    [lane] = lanes([(moment, "Meja 1") for moment in minutes(1, 9, 11)], {}, now=at(8))
    assert (lane.total, lane.recent, lane.last, lane.stopped) == (3, 2, at(7, 59), False)


def test_a_lane_silent_for_more_than_five_minutes_while_others_mark_has_stopped():
    marks = [(moment, "Meja 3") for moment in minutes(19, 20)] + [(moment, "Meja 1") for moment in minutes(1)]
    stopped = {lane.name: lane.stopped for lane in lanes(marks, {}, now=at(8))}
    assert stopped == {"Meja 1": False, "Meja 3": True}


def test_when_nobody_marks_or_at_another_checkpoint_no_lane_has_stopped():
    marks = [(at(7, 40), "Meja 3"), (at(7, 50), "Meja 1")]
    assert not any(lane.stopped for lane in lanes(marks, {}, now=at(8)))
    marks = [(at(7, 40), "Meja 3"), (at(7, 59), "Meja 1")]
    assert not any(lane.stopped for lane in lanes(marks, {"Meja 3": at(7, 58)}, now=at(8)))


def test_the_end_is_foretold_from_the_last_ten_minutes():
    assert forecast(minutes(*range(10), 30, 40), 20, now=at(8)) == at(8, 20)


def test_no_end_is_foretold_without_enough_to_go_by():
    assert forecast(minutes(1, 2, 3, 4), 20, now=at(8)) is None
    assert forecast(minutes(*range(10)), 0, now=at(8)) is None
    assert forecast(minutes(*range(10)), 900, now=at(8)) is None
