"""Kop dan tanda tangan: what is typed and refused, the logo, and that every paper carries them."""

import io
from dataclasses import replace

import pypdf
import pytest
from PIL import Image

from rtapp.documents.pdf import Document
from rtapp.documents.picture import LOGO_SIDE, read_logo
from rtapp.refusals import Refused
from rtapp.reports import papers
from rtapp.settings.letter import opening
from rtapp.settings.letterhead import Letterhead
from rtapp.settings.letterhead_store import letterhead_of, logo_of
from rtapp.settings.signatories import Signatory

from .printing import ABOUT, NAMES, on, pdf_text
from .reading import said, typed, words
from .test_reports_papers import payments, recap
from .trailed import trail

NIP = "197001011995031001"
FORM = {
    "line-1": "PEMERINTAH KABUPATEN CONTOH", "line-2": "DINAS  PEMBERDAYAAN DESA", "line-3": "",
    "address": "Jalan Contoh 1", "place": "Tanjung", "paper": "a4",
}  # fmt: skip
LETTERHEAD = Letterhead(
    ("PEMERINTAH KABUPATEN CONTOH", "DINAS PEMBERDAYAAN DESA"), FORM["address"], FORM["place"], FORM["paper"]
)
SIGNER = Signatory("Kepala Dinas", "Drs. H. CONTOH, M.Si.", "Pembina Tk. I", NIP)


def picture(form: str = "PNG", size: tuple[int, int] = (900, 300), mode: str = "RGBA") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, form)
    return file.getvalue()


def test_a_letterhead_is_read_kept_noted_once_and_stands_in_the_form_again(admin, look):
    for _ in range(2):
        assert admin.post("/settings/letterhead", data=FORM).location == "/settings/letterhead"
    stored = look(letterhead_of)
    assert stored == LETTERHEAD and Letterhead.of(stored.as_json()) == stored
    page = admin.get("/settings/letterhead")
    assert {name: typed(page, name) for name in ("line-2", "place")} == {"line-2": stored.lines[1], "place": "Tanjung"}
    assert "Tersimpan." in words(page)
    assert [line.action for line, _ in look(trail)].count("letterhead.change") == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("line-3", "x" * 101, "Paling banyak 100 huruf; yang diisi 101 huruf."),
        ("address", "x" * 201, "Paling banyak 200 huruf"),
        ("place", "Tan\u202ejung", "Ada tanda yang tidak terlihat."),
        ("paper", "a0", "Pilih kertas A4 atau F4."),
    ],
)
def test_a_field_that_cannot_be_used_is_said_beside_it_and_nothing_is_kept(admin, look, field, value, sentence):
    answer = admin.post("/settings/letterhead", data=FORM | {field: value})
    assert answer.status_code == 422 and sentence in said(answer, field)
    assert FORM["line-1"] in answer.text
    assert look(letterhead_of) == Letterhead()


def send(client, data: bytes, name: str = "logo.png"):
    head = f'--cut\r\nContent-Disposition: form-data; name="logo"; filename="{name}"\r\n\r\n'.encode()
    body = head + data + b"\r\n--cut--\r\n"
    return client.post("/settings/logo", data=body, content_type="multipart/form-data; boundary=cut")


def test_a_logo_is_kept_small_shown_and_taken_away(admin, look):
    assert admin.get("/settings/logo").status_code == 404
    assert send(admin, picture()).status_code == 303
    shown = admin.get("/settings/logo")
    assert shown.mimetype == "image/png" and Image.open(io.BytesIO(shown.data)).size == (600, 200)
    assert 'src="/settings/logo"' in admin.get("/settings/letterhead").text
    assert admin.post("/settings/logo/drop").status_code == 303
    assert admin.get("/settings/logo").status_code == 404
    assert look(logo_of) == b"" and look(trail)[0][0].action == "logo.change"


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("data", "status", "sentence"),
    [
        (b"", 422, "Pilih dahulu berkas logo"),
        (SVG, 422, "Logo harus gambar PNG atau JPEG yang utuh."),
        (picture()[:200], 422, "Logo harus gambar PNG atau JPEG yang utuh."),
        (picture("GIF", mode="L"), 422, "Logo harus gambar PNG atau JPEG yang utuh."),
        (picture() + bytes(10 << 20), 413, "Berkas logo paling banyak 2 MB."),
    ],
    ids=["none", "svg", "broken", "gif", "10 MB"],
)
def test_a_file_that_is_no_logo_is_answered_with_a_sentence(admin, look, data, status, sentence):
    answer = send(admin, data)
    assert answer.status_code == status and sentence in said(answer, "logo")
    assert look(logo_of) == b""


@pytest.mark.parametrize(("form", "mode"), [("PNG", "P"), ("PNG", "LA"), ("JPEG", "CMYK"), ("JPEG", "L")])
def test_any_colours_become_a_png_on_white(form, mode):
    kept = Image.open(io.BytesIO(read_logo(picture(form, (1200, 1200), mode))))
    assert (kept.format, kept.mode, max(kept.size)) == ("PNG", "RGB", LOGO_SIDE)


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked():
    with pytest.raises(Refused, match="Logo harus gambar"):
        read_logo(picture("PNG", (12_000, 4_000), "1"))


@pytest.mark.parametrize("paper", ["f4", "a4"])
def test_a_paper_carries_logo_lines_and_signatory(paper):
    about = replace(ABOUT, letterhead=LETTERHEAD, logo=read_logo(picture()), signing={"every": (SIGNER,)})
    for made in (
        papers.recap(recap(3), about, on(paper)),
        papers.transport(payments(3), about, "Registrasi", on(paper)),
    ):
        pages = pdf_text(made)
        assert pages[0].startswith("PEMERINTAH KABUPATEN CONTOH DINAS PEMBERDAYAAN DESA Jalan Contoh 1")
        assert "DPMD Contoh".upper() not in pages[0]
        assert f"NIP. {NIP}" in pages[-1] and "Tanjung, 8 November 2023" in pages[-1] and "Drs. H. CONTOH" in pages[-1]
        assert len(pypdf.PdfReader(io.BytesIO(made)).pages[0].images) == 1


def test_without_a_letterhead_the_organiser_stands_above_and_dots_below():
    [page] = pdf_text(papers.recap(recap(3), ABOUT, on("f4")))
    assert page.startswith("DPMD CONTOH") and "Penanggung jawab kegiatan" in page and "NIP. ...." in page


@pytest.mark.parametrize("name", list(NAMES))
def test_any_text_in_the_letterhead_leaves_the_paper_whole(name):
    text = NAMES[name][:100]
    signing = {"every": (Signatory(text, text, text, NIP, text),)}
    about = replace(ABOUT, letterhead=Letterhead((text, text, text), text, text, "f4"), signing=signing)
    whole = " ".join(pdf_text(papers.recap(recap(2), about, on("a4"))))
    assert NIP in whole and "Desa Contoh 01" in whole and "Petugas rekap" in whole


def test_what_a_paper_is_of_stands_in_one_size_however_long_the_event_is_called():
    page = on("a4")
    about = replace(ABOUT, event="Bimbingan Teknis Contoh " * 5, venue="Aula Serbaguna Contoh " * 6)
    blocks = list(opening(Document(page.paper, page.fonts, "Uji"), about, "Daftar Uji"))
    cells = [cell for block in blocks for strip in block.strips for cell in strip.cells]
    assert len({cell.text.size for cell in cells if " : " in cell.whole}) == 1


def test_the_usual_paper_is_offered_first(admin, world):
    admin.post("/settings/letterhead", data=FORM)
    page = admin.get(f"/waves/{world.waves[0]}/recap").text
    assert page.index('value="a4"') < page.index('value="f4"')
    pdf = admin.post(f"/waves/{world.waves[0]}/recap", data={"form": "pdf"}).data
    assert round(float(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].mediabox.height) * 25.4 / 72) == 297
