"""The pages of transport money, recap and bundle: what is seen before it is paid or printed, what the trail keeps."""

import time
from io import BytesIO
from threading import Event
from zipfile import ZipFile

import pytest

from rtapp.db import db
from rtapp.events import store as events
from rtapp.reports.bundle import INDEX, MANIFEST
from rtapp.reports.transport import Rate
from rtapp.reports.transport_store import save_rates
from rtapp.schema import Attendance, Audit, AuditValue, TransportRate

from .printing import pdf_text
from .reading import elements
from .test_reports_papers import drawn
from .world import at

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def rates(change, world):
    with change as session:
        save_rates(session, "uji", events.find_wave(session, world.waves[0]), {"rt": Rate(150_000, 7_500)}, now=at(6))


def noted(look, action: str) -> list[int]:
    def read(session):
        rows = session.query(AuditValue.values).join(Audit, Audit.id == AuditValue.audit_id)
        return [values["rows"] for (values,) in rows.filter(Audit.action == action)]

    return look(read)


def test_without_amounts_the_page_says_so_and_offers_them(admin, world):
    page = admin.get(f"/waves/{world.waves[0]}/transport").text
    assert "Jumlah uang transport Gelombang I belum diisi." in page and 'name="amount-rt"' in page
    refused = admin.post(f"/waves/{world.waves[0]}/transport", data={"form": "pdf"})
    assert refused.status_code == 409 and "belum diisi" in refused.text


def test_amounts_are_typed_once_and_stand_on_the_page(admin, world, come):
    come("rahmah")
    form = {"amount-rt": "150.000", "tax-rt": "5%", "amount-tamu": "", "tax-tamu": ""}
    assert admin.post(f"/waves/{world.waves[0]}/transport-rates", data=form).status_code == 303
    page = admin.get(f"/waves/{world.waves[0]}/transport").text
    assert 'value="150.000"' in page and 'value="5%"' in page and "142.500" in page


def test_an_amount_that_cannot_be_read_keeps_what_was_typed_and_saves_nothing(admin, world, rates):
    form = {"amount-rt": "100.000", "tax-rt": "200.000", "amount-tamu": "seratus", "tax-tamu": ""}
    answer = admin.post(f"/waves/{world.waves[0]}/transport-rates", data=form)
    assert answer.status_code == 422 and 'value="seratus"' in answer.text
    assert "PPh tidak boleh lebih besar" in answer.text and "bukan jumlah rupiah" in answer.text
    assert 'value="150.000"' in admin.get(f"/waves/{world.waves[0]}/transport").text


def test_who_needs_a_second_look_is_seen_before_anything_is_paid(admin, world, come, rates):
    come("rahmah", "ruslan", "guest")
    come("ruslan", checkpoint=world.registration_two)
    page = admin.get(f"/waves/{world.waves[0]}/transport").text
    assert "1 orang perlu diperiksa sebelum dibayar" in page and "Hadir di Gelombang I, II." in page
    assert "Tamu yang hadir tanpa jumlah: 1." in page


def test_the_list_comes_as_pdf_and_xlsx_and_the_trail_says_how_many(admin, world, come, rates, look):
    come("rahmah", "muis")
    url = f"/waves/{world.waves[0]}/transport"
    pdf = admin.post(url, data={"form": "pdf", "paper": "a4", "checkpoint": world.registration})
    assert pdf.mimetype == "application/pdf" and "Hj. RAHMAH" in pdf_text(pdf.data)[0]
    assert admin.post(url, data={"form": "xlsx"}).mimetype == XLSX
    assert noted(look, "transport.print") == [2, 2]


@pytest.mark.parametrize(
    ("page", "form", "status", "said"),
    [
        ("transport", {"paper": "a0"}, 422, "Uang transport"),
        ("transport", {"checkpoint": "999"}, 404, "Uang transport"),
        ("attendance", {"paper": "a0"}, 422, 'data-kind="error"'),
        ("attendance", {"part": "street"}, 422, 'data-kind="error"'),
        ("attendance", {"checkpoint": "999"}, 404, 'data-kind="error"'),
        ("spj", {"paper": "a0"}, 422, 'data-kind="error"'),
    ],
)
def test_a_wish_that_cannot_be_met_is_answered_with_a_sentence(admin, world, rates, page, form, status, said):
    answer = admin.post(f"/waves/{world.waves[0]}/{page}", data={"form": "pdf", **form})
    assert answer.status_code == status and said in answer.text


def test_a_wave_to_which_nobody_came_has_an_empty_page_and_a_correct_empty_paper(admin, world, rates):
    assert "Belum ada yang hadir" in admin.get(f"/waves/{world.waves[0]}/transport").text
    assert "Nol rupiah" in pdf_text(admin.post(f"/waves/{world.waves[0]}/transport", data={}).data)[0]


def test_a_recap_is_looked_at_then_taken(admin, world, come, look):
    come("rahmah", "muis")
    url = f"/waves/{world.waves[0]}/recap"
    page = admin.get(url).text
    assert "Kecamatan Murung Pudak" in page and "Kedatangan per 5 menit" in page
    assert "Kecamatan Muara Uya 1 – – – – – – 1 2 1 50,0%" in drawn(admin.post(url, data={"form": "pdf"}).data)[0]
    assert admin.post(url, data={"form": "xlsx"}).mimetype == XLSX
    assert admin.post(url, data={"paper": "a0"}).status_code == 422
    assert len(noted(look, "recap.print")) == 2


@pytest.mark.parametrize("path", ["/papers", "/attendance"])
def test_before_there_is_a_wave_the_pages_say_what_to_do(beginner, path):
    assert "Belum ada gelombang" in beginner.get(path).text


@pytest.mark.parametrize("path", ["/papers", "/attendance"])
def test_without_a_wave_named_the_pages_show_one(admin, world, path):
    assert "Gelombang II" in admin.get(path).text


def finished(client, url: str) -> str:
    """Return the fragment once the bundle is no longer being made."""
    for _ in range(200):
        text = client.get(url, headers={"HX-Request": "true"}).text
        if "hx-get" not in text:
            return text
        time.sleep(0.05)
    raise AssertionError("the bundle is still being made")


def test_a_bundle_is_made_beside_the_desk_taken_and_removed(admin, world, come, rates, look):
    come("rahmah", "muis")
    url = f"/waves/{world.waves[0]}/spj"
    assert "20-uang-transport.pdf" in admin.get(url).text
    assert admin.post(url, data={"paper": "a4"}).status_code == 303
    assert "Berkas SPJ siap" in finished(admin, url)
    taken = admin.post(f"{url}/file")
    with ZipFile(BytesIO(taken.data)) as archive:
        names = archive.namelist()
        assert names[0] == INDEX and names[-1] == MANIFEST and "30-rekap.xlsx" in names
        assert "oleh Uji admin" in pdf_text(archive.read("20-uang-transport.pdf"))[0]
    assert len(noted(look, "bundle.make")) == len(noted(look, "bundle.take")) == 1
    assert admin.post(f"{url}/drop").status_code == 303
    assert admin.post(f"{url}/file").status_code == 404


def test_what_cannot_be_made_is_named_with_its_reason(admin, world):
    url = f"/waves/{world.waves[0]}/spj"
    assert "belum diisi" in admin.get(url).text
    admin.post(url, data={"paper": "f4"})
    finished(admin, url)
    with ZipFile(BytesIO(admin.post(f"{url}/file").data)) as archive:
        assert "20-uang-transport.pdf" not in archive.namelist()
        assert "Jumlah uang transport Gelombang I belum diisi." in drawn(archive.read(INDEX))[0]


def test_a_scan_is_answered_while_a_bundle_is_being_drawn(app, admin, client_of, world, come, monkeypatch):
    come("rahmah")
    drawing, go_on = Event(), Event()

    def slow(*_: object) -> bytes:
        drawing.set()
        assert go_on.wait(20)
        return b"%PDF"

    monkeypatch.setattr("rtapp.reports.papers.recap", slow)
    url = f"/waves/{world.waves[0]}/spj"
    admin.post(url, data={"paper": "f4"})
    assert drawing.wait(20)
    assert "Sedang dibuat" in admin.get(url, headers={"HX-Request": "true"}).text
    assert admin.post(url, data={"paper": "f4"}).status_code == 303  # whoever asks again finds the one that is made
    form = {"code": world.tokens["muis"], "source": "wedge", "nonce": "sementara-berkas-1"}
    assert client_of("clerk").post(f"/desk/{world.registration}/scans", data=form).status_code in (200, 303)
    go_on.set()
    assert "Berkas SPJ siap" in finished(admin, url)
    with app.app_context():
        assert db.session.query(Attendance).count() == 2
        assert db.session.query(Audit).filter_by(action="bundle.make").count() == 1


def test_a_tax_of_5_is_asked_for_and_the_effect_for_one_person_stands_beside_it(admin, world, look):
    url = f"/waves/{world.waves[0]}"
    form = {"amount-rt": "150.000", "tax-rt": "5"}
    asked = admin.post(f"{url}/transport-rates", data=form)
    assert asked.status_code == 422 and "persen atau rupiah" in asked.text and not look(rates_kept)
    assert "PPh Rp7.500, diterima Rp142.500" in asked.text and "PPh Rp5, diterima Rp149.995" in asked.text
    shown = admin.post(f"{url}/transport-effect?kind=rt", data={"amount-rt": "150.000", "tax-rt": "5%"}).text
    assert "Satu orang: Rp150.000 − PPh Rp7.500 = diterima Rp142.500" in shown
    chosen = admin.post(f"{url}/transport-effect?kind=rt", data=form | {"reading-rt": "percent"}).text
    assert [each.given["value"] for each in elements(chosen, "input", checked="")] == ["percent"]
    assert admin.post(f"{url}/transport-rates", data=form | {"reading-rt": "percent"}).status_code == 303
    assert look(rates_kept) == [(150_000, 500, True)]
    assert "= diterima Rp142.500" in admin.get(f"{url}/transport").text


def rates_kept(session):
    rows = session.query(TransportRate).filter(TransportRate.amount > 0)
    return [(row.amount, row.tax, row.percent) for row in rows]


def test_a_paper_that_cannot_be_had_is_refused_as_page_and_as_fragment(client_of, world):
    """A list has no form of that name: whoever asks by script gets the part that they can put into their page."""
    for headers in ({}, {"HX-Request": "true"}):
        path = f"/waves/{world.waves[0]}/attendance"
        answer = client_of("admin").post(path, data={"paper": "f4", "form": "docx"}, headers=headers)
        assert answer.status_code == 422 and "PDF, XLSX, atau ODS" in answer.text
