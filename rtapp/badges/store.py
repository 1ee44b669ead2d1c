"""Cards: issued, re-issued, printed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from ..audit.store import note
from ..db import upsert
from ..refusals import Refused
from ..roster.store import live_participant
from ..schema import Badge, Participant
from . import token
from .choice_store import CardChoice, card_of, holders_of, ids_of, per_village, title_of
from .handover import Parcel
from .layout import Card

_MANY = 500  # ids beyond which looking at everybody is faster than naming them
_TRIES = 10
REPLACED = "Ketua RT diganti"  # why the card of a former head no longer works


def live_badge(session: Session, participant_id: int) -> Badge | None:
    """Return the card that works now, if the person has one."""
    mine = select(Badge).where(Badge.participant_id == participant_id)
    return session.scalar(mine.where(Badge.is_live))


def badges_of(session: Session, participant_id: int) -> Sequence[Badge]:
    """Return every card the person ever had, the newest first."""
    rows = select(Badge).where(Badge.participant_id == participant_id)
    return session.scalars(rows.order_by(Badge.id.desc())).all()


def token_holder(session: Session, raw: str) -> int | None:
    """Return the participant whose card, live or revoked, carries the code ``raw``; None if nobody's does."""
    tokens = token.read_tokens(raw)
    return session.scalar(select(Badge.participant_id).where(Badge.token.in_(tokens))) if tokens else None


def is_card(session: Session, text: str) -> bool:
    """Say whether a text of a form is or holds a card's code; a text that only looks like one is looked up."""
    short = token.read_short_code(text) or ""
    if not short and token.holds_card(text):
        return True
    tokens = token.read_tokens(text)
    known = select(Badge.id).where(Badge.token.in_(tokens) | (Badge.short_code == short)).limit(1)
    return bool(short or tokens) and session.scalar(known) is not None


def issue_missing(session: Session, participant_ids: Iterable[int], *, now: datetime) -> int:
    """Give a card to each of these people who has none and is not archived; return how many were made."""
    wanted = set(participant_ids)
    lacking, count = _without_card(session, wanted), 0
    insert = upsert(session.connection().dialect.name, Badge.__table__).on_conflict_do_nothing().returning(Badge.id)
    for _ in range(_TRIES):
        if not lacking:
            return count
        # Left out is a code that another card has, and somebody whom another writer was first with.
        count += len(session.execute(insert, [_new_badge(participant_id, now) for participant_id in lacking]).all())
        lacking = _without_card(session, wanted)
    raise RuntimeError("no free code was found for a card")


def reissue(session: Session, actor: str, participant_id: int, reason: str, *, now: datetime) -> Badge:
    """Revoke the person's card and return the new one, in one transaction.

    Refused without a reason (422), for somebody who does not exist (404) or is archived (409).
    """
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise Refused("no_reason", "Tulis alasan menerbitkan kartu baru.", 422)
    # Locked, so that two who do this at once come one after the other.
    live_participant(session, participant_id)
    old = live_badge(session, participant_id)
    if old is not None:
        old.revoked_at, old.reason = now, reason
        session.flush()
    issue_missing(session, [participant_id], now=now)
    new = live_badge(session, participant_id)
    assert new is not None
    cards = {"before": old.id if old else None, "after": new.id}
    note(session, actor, "badge.reissue", "participant", participant_id, now=now, reason=reason, **cards)
    return new


def revoke_cards(session: Session, participant_ids: Collection[int], reason: str, *, now: datetime) -> None:
    """Revoke the live cards of these people."""
    live = update(Badge).where(Badge.participant_id.in_(participant_ids), Badge.is_live)
    session.execute(live.values(revoked_at=now, reason=reason[:300]))


def follow_import(
    session: Session, added: Collection[int], replaced: Iterable[Sequence[int]], *, now: datetime
) -> None:
    """Issue cards to the people an import ``added`` and revoke those of the heads it ``replaced`` (old, new)."""
    old = [pair[0] for pair in replaced]
    if old:
        revoke_cards(session, old, REPLACED, now=now)
    issue_missing(session, added, now=now)


def follow_undo(session: Session, replaced: Iterable[Sequence[int]]) -> None:
    """Restore the cards of the heads whom an import had ``replaced`` (old, new)."""
    for old, _new in replaced:
        last = session.scalar(select(Badge).where(Badge.participant_id == old).order_by(Badge.id.desc()).limit(1))
        if last is not None and last.reason == REPLACED:
            last.revoked_at, last.reason = None, ""
    session.flush()


def print_cards(
    session: Session, actor: str, choice: CardChoice, *, only: Collection[int] | None = None, now: datetime
) -> tuple[list[Card], str]:
    """Issue the missing cards of the choice, count this printing, return the cards and the sheets' title.

    ``only`` narrows the choice to these people, printed before or not. Nothing is drawn here: drawing takes
    seconds, and while this transaction is open every scan waits. Refused when nobody is chosen, or a wave or
    place does not exist.
    """
    title = title_of(session, choice)
    whole = replace(choice, unprinted=False)
    people = ids_of(session, choice if only is None else whole)
    if only is not None:
        people = [id_ for id_ in people if id_ in only]
    if not people:
        raise Refused("no_cards", "Tidak ada kartu untuk dicetak dalam pilihan ini.", 422)
    issued = issue_missing(session, people, now=now)
    _count_printing(session, people)
    wanted = set(people)
    cards = [holder.card for holder in holders_of(session, whole) if holder.id in wanted]
    note(session, actor, "badge.print", "badge", None, now=now, title=title, cards=len(cards), issued=issued)
    return cards, title


def show_card(session: Session, actor: str, participant_id: int, *, now: datetime) -> None:
    """Record that a card is shown on a screen, for its holder's phone to photograph.

    Only a card that was never printed is shown: whoever lost theirs gets a new one. Refused with 404 or 409 otherwise.
    """
    live = live_badge(session, participant_id)
    if live is None:
        raise Refused("no_card", "Peserta ini tidak punya kartu yang berlaku. Terbitkan kartu baru di halamannya.", 404)
    if live.printed_count:
        raise Refused("printed", "Kartu ini sudah dicetak. Bila hilang, terbitkan kartu baru dengan alasannya.", 409)
    note(session, actor, "badge.show", "participant", participant_id, now=now, card=live.id)


def print_one(session: Session, actor: str, participant_id: int, *, now: datetime) -> Card:
    """Count the printing of one person's card and return it; refused with 404 when there is none."""
    card = card_of(session, participant_id)
    _count_printing(session, [participant_id])
    note(session, actor, "badge.print", "participant", participant_id, now=now, title=card.name, cards=1, issued=0)
    return card


def send_cards(session: Session, actor: str, choice: CardChoice, *, now: datetime) -> tuple[list[Card], str]:
    """Issue the missing cards of the choice and return all of them with a title, to be sent as pictures.

    The trail records how many; a picture does not count as a printing. Refused when nobody is chosen, or a wave or
    place does not exist.
    """
    title = title_of(session, choice)
    issued = issue_missing(session, ids_of(session, choice), now=now)
    cards = [holder.card for holder in holders_of(session, choice)]
    if not cards:
        raise Refused("no_cards", "Tidak ada kartu dalam pilihan ini.", 422)
    note(session, actor, "badge.send", "badge", None, now=now, title=title, rows=len(cards), issued=issued)
    return cards, title


def hand_over(session: Session, actor: str, choice: CardChoice, *, now: datetime) -> tuple[list[Parcel], str]:
    """Return the cards of each village of ``choice`` and the list's title; refused like print_cards."""
    title = title_of(session, choice)
    parcels = parcels_of(session, choice)
    note(session, actor, "badge.handover", "badge", None, now=now, title=title, rows=len(parcels))
    return parcels, title


def parcels_of(session: Session, choice: CardChoice) -> list[Parcel]:
    """Return the cards of each village of ``choice``; refused when there are none."""
    parcels = [Parcel(entry.village, entry.district, entry.cards) for entry in per_village(session, choice)]
    if not parcels:
        raise Refused("no_cards", "Tidak ada kartu untuk dicetak dalam pilihan ini.", 422)
    return parcels


def _without_card(session: Session, wanted: set[int]) -> list[int]:
    held = select(Badge.id).where(Badge.participant_id == Participant.id, Badge.is_live)
    rows = select(Participant.id).where(Participant.on_roster, ~held.exists())
    if len(wanted) <= _MANY:
        rows = rows.where(Participant.id.in_(wanted))
    return sorted(wanted.intersection(session.scalars(rows)))


def _new_badge(participant_id: int, now: datetime) -> dict[str, object]:
    codes = {"token": token.mint_token(), "short_code": token.mint_short_code()}
    return {"participant_id": participant_id, **codes, "issued_at": now, "printed_count": 0, "reason": ""}


def _count_printing(session: Session, people: list[int]) -> None:
    badges = Badge.__table__
    counted = update(badges).values(printed_count=badges.c.printed_count + 1)
    mine = badges.c.participant_id == bindparam("holder")
    session.execute(counted.where(mine, badges.c.revoked_at.is_(None)), [{"holder": id_} for id_ in sorted(people)])
