"""Cards as they are kept: one that works for everybody, its codes nobody else's, counted when printed."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import delete, func, insert, select

from rtapp.audit.store import verify_chain
from rtapp.badges import papers, store, token
from rtapp.badges.choice_store import CardChoice, CardTally, card_of, holders_of, tally
from rtapp.db import begin_write, db
from rtapp.documents.picture import Picture
from rtapp.refusals import Refused
from rtapp.roster import store as roster
from rtapp.schema import Badge, Participant, Seat, Village

from .actors import at_once
from .printing import decoded, fonts
from .refusing import refused
from .trailed import trail

pytestmark = pytest.mark.both_engines


def live_cards(session, participant_id: int) -> int:
    mine = select(func.count()).select_from(Badge).where(Badge.participant_id == participant_id)
    return session.scalar(mine.where(Badge.revoked_at.is_(None)))


def without_cards(session, *people: int) -> None:
    session.execute(delete(Badge).where(Badge.participant_id.in_(people)))


def archive(session, world, key: str) -> None:
    roster.archive_participant(session, "uji", world.people[key], "pindah", now=world.now)


def names(cards) -> list[str]:
    return [card.name for card in cards]


def cards(session, **chosen):
    return [holder.card for holder in holders_of(session, CardChoice(**chosen))]


def test_everybody_on_the_roster_has_one_card_of_their_own(session, world):
    held = session.execute(select(Badge.participant_id, Badge.token, Badge.short_code)).all()
    assert {row.participant_id for row in held} == set(world.people.values())
    assert len({row.token for row in held}) == len({row.short_code for row in held}) == len(held)
    assert all(token.read_tokens(row.token)[0] == row.token for row in held)
    assert all(token.read_short_code(row.short_code) == row.short_code for row in held)


def test_issuing_again_makes_no_second_card(writing, world):
    assert store.issue_missing(writing, world.people.values(), now=world.now) == 0
    assert store.issue_missing(writing, [], now=world.now) == 0
    without_cards(writing, world.people["rahmah"], world.people["yusuf"])
    assert store.issue_missing(writing, world.people.values(), now=world.now) == 2
    assert writing.scalar(select(func.count()).select_from(Badge)) == len(world.people)


def test_only_those_asked_for_get_a_card(writing, world):
    without_cards(writing, world.people["rahmah"], world.people["yusuf"])
    assert store.issue_missing(writing, [world.people["yusuf"], 999_999], now=world.now) == 1
    assert live_cards(writing, world.people["yusuf"]) == 1
    assert live_cards(writing, world.people["rahmah"]) == 0


def test_an_archived_person_gets_no_card(writing, world):
    archive(writing, world, "rahmah")
    without_cards(writing, world.people["rahmah"])
    assert store.issue_missing(writing, [world.people["rahmah"]], now=world.now) == 0


def test_a_code_that_somebody_has_already_is_minted_anew(writing, world, monkeypatch):
    without_cards(writing, world.people["rahmah"], world.people["yusuf"])
    taken, free = world.short_codes["muis"], ["23456782", "2345678A", "2345678B"]
    minted = iter([taken, *free[:1] * 2, *free])
    monkeypatch.setattr(token, "mint_short_code", lambda: next(minted))
    assert store.issue_missing(writing, world.people.values(), now=world.now) == 2
    codes = writing.scalars(select(Badge.short_code)).all()
    assert len(codes) == len(set(codes)) == len(world.people)


def test_a_token_that_somebody_has_already_is_minted_anew(writing, world, monkeypatch):
    without_cards(writing, world.people["rahmah"])
    minted = iter([world.tokens["muis"], "NEWTOKENFORYOU23"])
    monkeypatch.setattr(token, "mint_token", lambda: next(minted))
    assert store.issue_missing(writing, [world.people["rahmah"]], now=world.now) == 1
    assert store.live_badge(writing, world.people["rahmah"]).token == "NEWTOKENFORYOU23"
    assert store.live_badge(writing, world.people["muis"]).token == world.tokens["muis"]


def crowd(session, world, size: int) -> list[int]:
    """Add many people to a village of wave I, as an import does, and return their ids."""
    village = session.scalar(select(Village).where(Village.code == "63.09.07.2004"))
    rows = [{"village_id": village.id, "rt": f"{n:05}", "rw": "", "rw_in_key": ""} for n in range(size)]
    session.execute(insert(Seat), rows)
    seats = session.execute(select(Seat.id, Seat.rt).where(func.length(Seat.rt) == 5)).all()
    people = [
        {"event_id": world.event, "seat_id": seat.id, "kind": "rt", "name": f"Contoh {seat.rt}"}
        | {"name_key": f"contoh {seat.rt}", "search_key": "", "wave_id": world.waves[0], "version": 1}
        for seat in seats
    ]
    session.execute(insert(Participant), people)
    return list(session.scalars(select(Participant.id).where(Participant.name.startswith("Contoh "))))


def test_thousands_of_cards_are_issued_at_once(writing, world):
    people = crowd(writing, world, 3_000)
    assert store.issue_missing(writing, people, now=world.now) == 3_000
    assert store.issue_missing(writing, people[:1], now=world.now) == 0
    assert writing.scalar(select(func.count(Badge.short_code.distinct()))) == 3_000 + len(world.people)


def test_a_new_card_ends_the_old_one_at_once(writing, world):
    later = world.now + timedelta(hours=1)
    new = store.reissue(writing, "koordinator", world.people["rahmah"], "  hilang di \n jalan ", now=later)
    writing.commit()
    [first, second] = store.badges_of(writing, world.people["rahmah"])
    assert first.id == new.id and first.revoked_at is None and first.issued_at == later
    assert (second.revoked_at, second.reason) == (later, "hilang di jalan")
    assert second.token == world.tokens["rahmah"] != first.token
    assert store.live_badge(writing, world.people["rahmah"]).id == new.id


def test_both_cards_of_a_person_still_lead_to_them(writing, world):
    new = store.reissue(writing, "koordinator", world.people["rahmah"], "hilang", now=world.now)
    holder = world.people["rahmah"]
    assert store.token_holder(writing, world.tokens["rahmah"].lower()) == holder
    assert store.token_holder(writing, f"http://desk/K/{new.token}?x=1") == holder
    assert store.token_holder(writing, "AAAAAAAAAAAAAAA2") is None
    assert store.token_holder(writing, "rahmah") is None


def test_a_new_card_stands_in_the_trail_without_its_secrets(writing, world):
    new = store.reissue(writing, "Uji supervisor", world.people["rahmah"], "rusak", now=world.now)
    writing.commit()
    line, values = trail(writing, 1)[0]
    assert (line.actor, line.action, line.reason) == ("Uji supervisor", "badge.reissue", "rusak")
    assert (line.subject, line.subject_id) == ("participant", world.people["rahmah"])
    assert set(values.values) == {"before", "after"} and values.values["after"] == new.id
    assert new.token not in str(values.values) and verify_chain(writing) is None


def test_who_has_no_card_yet_can_be_given_one_with_a_reason(writing, world):
    without_cards(writing, world.people["rahmah"])
    store.reissue(writing, "koordinator", world.people["rahmah"], "belum ada", now=world.now)
    assert live_cards(writing, world.people["rahmah"]) == 1


def test_an_endless_reason_is_cut_and_kept(writing, world):
    store.reissue(writing, "koordinator", world.people["rahmah"], "x" * 10_000, now=world.now)
    assert store.badges_of(writing, world.people["rahmah"])[1].reason == "x" * 300


def test_many_who_replace_one_card_at_once_leave_one_that_works(app, world):
    person = world.people["rahmah"]

    def replace() -> None:
        with app.app_context():
            session = begin_write(db.session)
            store.reissue(session, "koordinator", person, "hilang", now=world.now)
            session.commit()

    at_once(*[replace] * 6)
    with app.app_context():
        assert live_cards(db.session, person) == 1
        assert len(store.badges_of(db.session, person)) == 7 and verify_chain(db.session) is None


def test_an_import_and_a_download_at_once_issue_one_card_each(app, change, world):
    change(lambda session: without_cards(session, *world.people.values()))

    def issue() -> int:
        with app.app_context():
            session = begin_write(db.session)
            made = store.issue_missing(session, world.people.values(), now=world.now)
            session.commit()
            return made

    assert sorted(at_once(*[issue] * 4)) == [0, 0, 0, len(world.people)]


TANTA, MURUNG_PUDAK = ["RUSLAN", "TAKDITANYA"], ["Hj. RAHMAH", "M. YUSUF", "Rahmah", "HAMDANI BIN UMAR", "SITI AMINAH"]
MUARA_UYA, GUESTS = ["SYAHRANI", "ABDUL MUIS"], ["Tamu Contoh"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, TANTA + MURUNG_PUDAK + MUARA_UYA + GUESTS),
        ({"wave_number": 2}, TANTA),
        ({"wave_number": 0}, GUESTS),
        ({"district_code": "63.09.07"}, MUARA_UYA),
        ({"village_code": "63.09.06.1006"}, ["Rahmah", "HAMDANI BIN UMAR", "SITI AMINAH"]),
        ({"wave_number": 1, "village_code": "63.09.06.1001"}, ["Hj. RAHMAH", "M. YUSUF"]),
        ({"wave_number": 2, "district_code": "63.09.06"}, []),
        ({"wave_number": 9}, []),
    ],
)
def test_cards_come_in_order_and_are_chosen_by_wave_district_or_village(session, world, asked, found):
    assert names(cards(session, **asked)) == found


def test_a_card_says_who_where_when_and_nothing_private(writing, world):
    writing.scalar(select(Seat).where(Seat.rt == "013A")).rw = "02"
    card = card_of(writing, world.people["aminah"])
    assert (card.name, card.seat_line) == ("SITI AMINAH", "RT 013A / RW 02")
    assert (card.village_line, card.district_line) == ("Kelurahan Mabu'un", "Kecamatan Murung Pudak")
    assert (card.wave_numeral, card.date_line, card.venue) == ("I", "Rabu, 8 November 2023", "Aula Contoh")
    assert (card.event, card.payload) == ("Bimtek Uji Ketua RT", world.tokens["aminah"])
    assert card.short_code == token.shown(world.short_codes["aminah"])
    assert "0812" not in repr(card_of(writing, world.people["rahmah"]))


def test_a_guest_without_seat_and_wave_gets_a_whole_card(session, world):
    card = card_of(session, world.people["guest"])
    assert (card.seat_line, card.village_line, card.district_line) == ("Tamu", "", "")
    assert (card.wave_numeral, card.date_line) == ("–", "Gelombang belum ditentukan")
    assert decoded(papers.card_png(card, fonts())) == [world.tokens["guest"]]
    written = PdfReader(io.BytesIO(papers.card_sheet([card], "f4", fonts(), "Kartu"))).pages[0].extract_text()
    assert "Tamu Contoh" in written and "Gelombang belum ditentukan" in written


def test_a_picture_of_a_guests_card_leaves_no_trace_of_a_village(session, world, monkeypatch):
    written = []
    plain = Picture.text
    monkeypatch.setattr(Picture, "text", lambda *put: written.append(put[3]) or plain(*put))
    papers.card_png(card_of(session, world.people["guest"]), fonts())
    assert "Tamu" in written and not any(line.strip() in ("", "·") for line in written)


def test_revoked_cards_and_archived_people_are_printed_no_more(writing, world):
    new = store.reissue(writing, "koordinator", world.people["rahmah"], "hilang", now=world.now)
    archive(writing, world, "yusuf")
    found = cards(writing, village_code="63.09.06.1001")
    assert [(card.name, card.payload) for card in found] == [("Hj. RAHMAH", new.token)]
    with pytest.raises(Refused) as refused:
        card_of(writing, world.people["yusuf"])
    assert refused.value.status == 404


def test_the_tally_says_before_what_the_printer_will_need(writing, world):
    without_cards(writing, world.people["ruslan"])
    store.print_cards(writing, "uji", CardChoice(village_code="63.09.06.1001"), now=world.now)
    assert tally(writing, CardChoice()) == CardTally(10, 1, 8, sheets=5, sheets_joined=1)
    assert tally(writing, CardChoice(unprinted=True)) == CardTally(8, 1, 8, sheets=4, sheets_joined=1)
    assert tally(writing, CardChoice(wave_number=2)) == CardTally(2, 1, 2, sheets=1, sheets_joined=1)
    assert tally(writing, CardChoice(wave_number=9)) == CardTally()


def test_printing_issues_what_is_missing_counts_and_is_noted(writing, world):
    without_cards(writing, world.people["ruslan"])
    cards, title = store.print_cards(writing, "Uji admin", CardChoice(wave_number=2), now=world.now)
    writing.commit()
    assert names(cards) == ["RUSLAN", "TAKDITANYA"] and title == "Kartu peserta · Gelombang II"
    assert cards[0].payload == store.live_badge(writing, world.people["ruslan"]).token
    line, values = trail(writing, 1)[0]
    assert (line.actor, line.action) == ("Uji admin", "badge.print")
    assert values.values == {"title": title, "cards": 2, "issued": 1}


@pytest.mark.parametrize(
    ("choice", "title"),
    [
        (CardChoice(), "Kartu peserta"),
        (CardChoice(wave_number=0), "Kartu peserta · gelombang belum ditentukan"),
        (CardChoice(1, "63.09.06"), "Kartu peserta · Gelombang I · Kecamatan Murung Pudak"),
        (CardChoice(village_code="63.09.06.1006"), "Kartu peserta · Kelurahan Mabu'un · Kecamatan Murung Pudak"),
    ],
)
def test_the_foot_of_a_sheet_says_whose_cards_it_holds(writing, world, choice, title):
    assert store.print_cards(writing, "uji", choice, now=world.now)[1] == title


def test_what_no_form_would_send_is_refused_by_the_store_too(writing, world):
    with refused("no_reason"):
        store.reissue(writing, "koordinator", world.people["rahmah"], " \n\t", now=world.now)
    for choice, code in (
        (CardChoice(district_code="99.99.99"), "no_district"),
        (CardChoice(village_code="9"), "no_village"),
    ):
        with refused(code, 404):
            store.print_cards(writing, "uji", choice, now=world.now)
