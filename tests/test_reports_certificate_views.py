"""Certificates of a wave as the committee makes them, from the rule to the check of a code."""

import io

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select, update

from rtapp import clock
from rtapp.db import db
from rtapp.events.about_store import about_of
from rtapp.reports.bundle_store import BundleRequest, plan_bundle
from rtapp.schema import Attendance, Certificate, Participant, Wave
from rtapp.settings import store as settings
from rtapp.settings.letterhead import Letterhead
from rtapp.settings.letterhead_store import save_letterhead, save_logo, save_signers
from rtapp.settings.signatories import Signatory

from .printing import decoded, fonts, pdf_text, rendered, unspaced
from .reading import texts, words
from .trailed import trail
from .world import at

NUMBERED = {"template": "{kode}/{urut}/{unit}/{bulan_romawi}/{tahun}", "code": "400.10", "unit": "DPMD"}


@pytest.fixture
def office(admin, world):
    """The committee with a rule for wave I: registered there."""
    save(admin, world)
    return admin


def save(client, world, **changed):
    rule = {"point": [world.registration], "least": "1", **NUMBERED} | changed
    return client.post(f"/waves/{world.waves[0]}/certificate-rule", data=rule)


def page(client, world):
    return client.get(f"/waves/{world.waves[0]}/certificates")


def issue(client, world):
    return client.post(f"/waves/{world.waves[0]}/certificate-numbers")


def pdf(client, world, **asked):
    return client.post(f"/waves/{world.waves[0]}/certificates", data=asked)


def given(look) -> dict[int, tuple[str, str]]:
    rows = look(lambda session: session.scalars(select(Certificate)).all())
    return {row.participant_id: (row.number, row.code) for row in rows}


def test_before_a_rule_nothing_is_issued_and_the_form_proposes_one(admin, world, come):
    come("rahmah")
    said = words(page(admin, world))
    assert "Syarat belum ditetapkan" in said and "Unduh PDF" not in said
    assert f'value="{world.registration}" checked' in page(admin, world).text
    response = issue(admin, world)
    assert response.status_code == 422 and "Tetapkan dahulu syarat" in words(response)


def test_numbers_go_by_village_and_rt_to_those_who_met_the_rule_and_stay(app, office, world, come, look):
    come("muis", "yusuf", "rahmah")
    come("aminah", checkpoint=world.session_one)
    assert texts(page(office, world), "dd") == ["3", "0", "1"]
    assert issue(office, world).status_code == 303
    first = given(look)
    numbers = [first[world.people[key]][0] for key in ("rahmah", "yusuf", "muis")]
    assert numbers == [f"400.10/{at:03}/DPMD/XI/2023" for at in (1, 2, 3)] and len(first) == 3
    come("hamdani")
    issue(office, world)
    save(office, world, template="{urut}-{kode}")
    issue(office, world)
    after = given(look)
    assert first.items() <= after.items()
    assert after[world.people["hamdani"]][0] == "400.10/004/DPMD/XI/2023"
    assert len({code for _, code in after.values()}) == 4
    with app.app_context():
        actions = [(line.action, values.values.get("rows")) for line, values in trail(db.session, 10)]
    assert ("certificate.issue", 3) in actions and ("certificate.rule", None) in actions


def test_nobody_who_met_the_rule_is_a_clear_sentence(office, world):
    assert "Belum ada yang memenuhi syarat" in words(page(office, world))
    for response in (issue(office, world), pdf(office, world)):
        assert response.status_code == 422 and "Belum ada" in words(response)


@pytest.mark.parametrize(("substitutes", "number"), [({}, "0"), ({"substitutes": "on"}, "1")])
def test_whether_a_substitute_counts_is_part_of_the_rule(admin, world, come, substitutes, number):
    save(admin, world, **substitutes)
    come("rahmah", mode="diwakili")
    assert texts(page(admin, world), "dd")[0] == number


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"template": "{urut}/{nama}"}, "{nama}, yang tidak dikenal"),
        ({"code": ""}, "Pola nomor memakai {kode}"),
        ({"least": "2"}, "paling banyak 1"),
        ({"least": "x"}, "paling sedikit 1"),
        ({"point": "999"}, "paling sedikit satu titik absensi"),
    ],
)
def test_a_rule_that_cannot_be_kept_is_said_beside_what_was_typed(admin, world, changed, said):
    response = save(admin, world, **changed)
    assert response.status_code == 422 and said in words(response)
    assert response.text.count(" autofocus") == response.text.count("aria-invalid")  # the page opens at what is wrong
    assert "Syarat belum ditetapkan" in words(page(admin, world))
    for value in changed.values():
        assert value in ("", "999") or f'value="{value}"' in response.text


def test_a_number_that_was_given_before_is_given_to_nobody_else(office, world, change, come, look):
    save(office, world, template="{urut}", code="", unit="")
    come("rahmah")
    issue(office, world)
    change(lambda session: session.execute(update(Certificate).values(number="002")))
    come("muis")
    response = issue(office, world)
    assert response.status_code == 409 and "Nomor 002 sudah diberikan" in words(response)
    assert len(given(look)) == 1


@pytest.mark.parametrize(("place", "people"), [("", 3), ("63.09.06", 2), ("63.09.06.1001", 1), ("63.09.07", 1)])
def test_the_file_holds_those_of_the_place_and_the_trail_how_many(look, office, world, come, place, people):
    come("rahmah", "hamdani", "muis")
    issue(office, world)
    response = pdf(office, world, paper="a4", place=place)
    assert response.mimetype == "application/pdf"
    assert len(PdfReader(io.BytesIO(response.data)).pages) == people
    line, values = look(lambda session: trail(session, 1)[0])
    assert (line.action, values.values["rows"]) == ("certificate.print", people)


def test_whoever_no_longer_meets_the_rule_keeps_the_number_but_is_not_printed(
    office, world, change, come, look, client_of
):
    come("rahmah", "muis")
    issue(office, world)
    code = given(look)[world.people["rahmah"]][1]
    whose = Attendance.participant_id == world.people["rahmah"]
    change(lambda session: session.execute(update(Attendance).where(whose).values(voided_at=at(9))))
    assert len(PdfReader(io.BytesIO(pdf(office, world).data)).pages) == 1
    assert "kehadirannya kini tidak memenuhi syarat" in words(client_of("clerk").get(f"/C/{code}"))


def test_a_head_who_was_replaced_afterwards_keeps_the_certificate(office, world, change, come):
    come("rahmah")
    with change as session:
        person = session.get(Participant, world.people["rahmah"])
        person.archived_at, person.archive_reason = clock.utcnow(), "diganti"
    issue(office, world)
    assert len(PdfReader(io.BytesIO(pdf(office, world).data)).pages) == 1


@pytest.mark.parametrize("address", ["", "http://192.168.1.10:8000"])
def test_the_code_on_the_paper_leads_staff_to_whose_it_is(
    change, office, client_of, world, come, look, tmp_path, address
):
    change(lambda session: settings.change(session, "uji", "base_url", address, now=clock.utcnow()))
    come("rahmah")
    issue(office, world)
    [front] = rendered(pdf(office, world).data, tmp_path)
    [read] = decoded(front)
    code = given(look)[world.people["rahmah"]][1]
    assert read == (f"{address.upper()}/C/{code}" if address else code)
    desk = client_of("clerk")
    for path in (f"/C/{code}", f"/c/{code.lower()}", f"/certificates/check?code={read}"):
        said = words(desk.get(path))
        assert "Hj. RAHMAH" in said and "400.10/001/DPMD/XI/2023" in said and "bukan tanda tangan elektronik" in said


@pytest.mark.parametrize("path", ["/C/AAAABBBB", "/certificates/check?code=<b>x", "/C/nothing-of-ours"])
def test_a_code_nobody_was_given_is_a_sentence(admin, path):
    response = admin.get(path)
    assert response.status_code == 404 and "tidak ada dalam catatan panitia" in words(response)
    assert "<b>x" not in response.text


@pytest.mark.parametrize("side", ["front", "back"])
def test_the_paper_is_seen_before_anything_is_issued(office, world, look, side):
    response = office.get(f"/waves/{world.waves[0]}/certificate.png?side={side}")
    assert response.mimetype == "image/png" and Image.open(io.BytesIO(response.data)).width > 1200
    assert given(look) == {}


def test_the_bundle_of_a_wave_holds_its_certificates_or_says_why_not(app, office, world, come):
    def part():
        with app.app_context():
            wave = db.session.get(Wave, world.waves[0])
            wanted = BundleRequest(wave, "f4", fonts(), about_of(db.session, wave, "Uji", at(12)))
            return next(part for part in plan_bundle(db.session, wanted).parts if "sertifikat" in part.file)

    assert part().make is None and "bernomor" in str(part().missing)
    come("rahmah", "muis")
    issue(office, world)
    assert part().rows == 2 and part().make() == part().make()


def test_letterhead_logo_and_signatory_stand_on_the_certificate(change, office, world, come, tmp_path):
    picture = io.BytesIO()
    Image.new("RGB", (80, 80), "black").save(picture, "PNG")
    signer = Signatory("Kepala Dinas Contoh", "Dra. Hj. CONTOH PEJABAT, M.Si.", "Pembina Utama Muda", "1" * 18)
    head = Letterhead(("PEMERINTAH KABUPATEN CONTOH", "DINAS CONTOH"), place="Tanjung")
    with change as session:
        save_letterhead(session, "uji", head, now=clock.utcnow())
        save_signers(session, "uji", "certificate", (signer,), now=clock.utcnow())
        save_logo(session, "uji", picture.getvalue(), now=clock.utcnow())
    come("rahmah")
    issue(office, world)
    response = pdf(office, world)
    text = pdf_text(response.data)[0]
    for fact in (
        *head.lines,
        "Tanjung, 8 November 2023",
        *(signer.position, signer.name, signer.rank),
        "NIP. " + "1" * 18,
    ):
        assert unspaced(fact) in unspaced(text)
    [page] = rendered(response.data, tmp_path)
    assert page.crop((page.width // 2 - 20, 120, page.width // 2 + 20, 140)).getextrema() == (0, 0)
    assert office.get(f"/waves/{world.waves[0]}/certificate.png").status_code == 200
