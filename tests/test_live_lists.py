"""Paper for the day the power goes: a desk's list as PDF, and the list that the server keeps on disk."""

import re
import secrets
import shutil
import stat
import time
from contextlib import closing
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from rtapp.config import ROOT
from rtapp.db import db
from rtapp.documents.fonts import find_fonts
from rtapp.documents.sheets import read_workbook
from rtapp.refusals import Refused
from rtapp.reports.desk_list import DeskLine
from rtapp.reports.desk_list_files import FOLDER, write_lists
from rtapp.reports.desk_list_paper import ELSEWHERE, DeskList, desk_list
from rtapp.reports.desk_list_store import HEAD, lines_of
from rtapp.schema import Audit, Checkpoint, Scan

from .actors import Change
from .printing import ABOUT, NAMES, pdf_text, unspaced
from .served import Visitor, device_token
from .world import at


def lines(count: int, village: str = "Desa Uwie", district: str = "Muara Uya", **changed: object) -> list[DeskLine]:
    facts = {"code": "K7F-0001", "name": "Contoh Rahmah", "rw": "", "village_code": village, "wave": 1, "at": None}
    facts |= {"mode": "", "other": False, "village": village, "district": district}
    return [DeskLine(**facts | {"rt": f"{number:03}"} | changed) for number in range(1, count + 1)]


def printed(rows: list[DeskLine], paper: str = "a4", **how: str) -> list[str]:
    listed = DeskList(rows, replace(ABOUT, printed_at=at(6, 30)), **how)
    return pdf_text(desk_list(listed, paper, find_fonts(ROOT / "static")))


def test_a_list_names_number_rt_person_code_and_leaves_room_to_sign():
    [page] = printed(lines(2))
    assert "No RT Nama Kode pendek Jam Paraf" in page
    assert "1 001 Contoh Rahmah K7F-0001" in page and "2 002" in page
    assert "Desa Uwie · Kecamatan Muara Uya" in page
    assert "Halaman 1 dari 1" in page and "dicetak dari sistem, Rabu, 8 November 2023 06.30 WITA" in page


def test_whoever_came_has_the_time_on_paper():
    [page] = printed(lines(1, at=at(7, 52), mode="diwakili"))
    assert "07.52" in page and "diwakili" in page


@pytest.mark.parametrize("paper", ["a4", "f4"])
def test_a_long_list_has_its_header_on_every_page_and_loses_nobody(paper):
    pages = printed(lines(70), paper)
    assert len(pages) >= 3
    assert all("Kode pendek" in page and "Desa Uwie" in page for page in pages)
    assert sum(page.count("Contoh Rahmah") for page in pages) == 70
    assert " 70 070 " in pages[-1]


def test_each_district_begins_a_page_or_each_village_if_wanted():
    rows = lines(2) + lines(2, "Desa Simpung Layung") + lines(2, "Desa Jaro", "Jaro")
    assert len(printed(rows)) == 2
    assert len(printed(rows, apart="village")) == 3


def test_whoever_is_not_on_the_waves_list_stands_apart():
    pages = printed(lines(1) + lines(1, other=True))
    assert ELSEWHERE in pages[-1] and ELSEWHERE not in pages[0]


@pytest.mark.parametrize("name", ["titles", "120 characters", "apostrophe"])
def test_a_name_is_printed_whole(name):
    [page] = printed(lines(1, name=NAMES[name]))
    assert all(part in unspaced(page) for part in NAMES[name].split())


def test_a_list_of_nobody_is_no_list():
    with pytest.raises(ValueError):
        desk_list(DeskList([], ABOUT), "a4", find_fonts(ROOT / "static"))


def test_a_list_holds_the_wave_in_the_order_of_the_hall(app, world, come):
    come("ruslan")
    with app.app_context():
        found = lines_of(db.session, world.registration, world.waves[0])
        own = lines_of(db.session, world.registration, world.waves[0], ["63.09.07"])
        village = lines_of(db.session, world.registration, world.waves[0], (), "63.09.06.1001")
    assert [line.rt for line in found if not line.other] == ["002", "003", "001", "002", "013A", "001", "002"]
    assert [(line.name, line.other) for line in found][-1] == ("RUSLAN", True)
    assert [line.name for line in own] == ["SYAHRANI", "ABDUL MUIS"]
    assert [line.name for line in village] == ["Hj. RAHMAH", "M. YUSUF"]


def test_a_supervisor_prints_a_desks_list_and_the_trail_says_how_many(look, client_of, world):
    form = {"wave": world.waves[0], "district": "63.09.07", "label": "Meja 2", "paper": "f4"}
    answer = client_of("supervisor").post("/lists", data=form)
    assert answer.mimetype == "application/pdf"
    [page] = pdf_text(answer.data)
    assert "DAFTAR MEJA 2" in page and "MEJA MEJA" not in page and "dicetak dari sistem" in page
    assert "SYAHRANI" in page and "RAHMAH" not in page
    assert look(lambda session: session.query(Audit).filter_by(action="list.print").count()) == 1


def test_the_page_offers_what_can_be_printed_and_says_what_is_wrong(client_of, world):
    supervisor = client_of("supervisor")
    assert "Murung Pudak" in supervisor.get("/attendance").text
    refused = supervisor.post("/lists", data={"wave": world.waves[0], "village": "99"})
    assert refused.status_code == 422 and "Tidak ada desa “99”" in refused.text
    typed = supervisor.post("/lists", data={"wave": world.waves[0], "village": "kelurahan belimbing raya"})
    assert typed.mimetype == "application/pdf"
    assert supervisor.post("/lists", data={"wave": world.waves[0], "paper": "a0"}).status_code == 422
    for nothing in ("x", "-1", str(2**63), "9" * 400):
        assert supervisor.post("/lists", data={"wave": nothing}).status_code == 404


def test_the_first_page_is_looked_at_before_it_is_printed(client_of, world):
    supervisor, chosen = client_of("supervisor"), f"wave={world.waves[0]}&district=63.09.07&label=Meja+2"
    page = supervisor.get(f"/lists?{chosen}", follow_redirects=True).text
    assert "2 orang dalam daftar ini" in page and 'value="Meja 2"' in page
    source = unescape(re.search(r'src="(/lists/first.png[^"]*)"', page)[1])
    assert "district=63.09.07" in source and "csrf" not in source
    posted = page[page.index('method="post"') :]
    assert posted.count('name="label"') == 1 and 'name="district" value="63.09.07"' in posted  # typed last, still taken
    picture = supervisor.get(source)
    assert (picture.status_code, picture.mimetype, picture.data[:4]) == (200, "image/png", b"\x89PNG")
    assert supervisor.get("/lists/first.png?wave=99").status_code == 404
    assert supervisor.get(f"/lists/first.png?{chosen}&village=99").status_code == 422
    nobody = supervisor.get(f"/lists?{chosen}&village=99", headers={"HX-Request": "true"}).text
    assert "Tidak ada desa “99”" in nobody and "Unduh daftar" not in nobody and "<html" not in nobody


def test_the_board_leads_to_the_lists(client_of, world):
    board = client_of("supervisor").get(f"/waves/{world.waves[0]}/counts").text
    assert 'href="/attendance#desk-lists"' in board


def test_on_the_day_the_lists_are_written_whole_and_for_the_owner_alone(app, world, come):
    come("rahmah")
    files = write_lists(app, now=at(8))
    folder = files[0].parent
    assert sorted(path.name for path in folder.iterdir()) == ["gelombang-1.pdf", "gelombang-1.xlsx"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, *files)] == [0o700, 0o600, 0o600]


def test_the_sheet_on_disk_says_who_came_and_holds_no_phone(app, world, come):
    come("rahmah")
    write_lists(app, now=at(8))
    path = _folder(app) / "gelombang-1.xlsx"
    [sheet] = read_workbook(path.read_bytes(), path.name).sheets
    rows = [[str(cell.value or "") for cell in row.cells] for row in sheet.rows]
    assert tuple(rows[0]) == HEAD
    assert next(row for row in rows if "Hj. RAHMAH" in row)[8:10] == ["07.52", "hadir"]
    assert not re.search(r"08\d{8,}", repr(rows))
    assert "08120000" not in "".join(pdf_text((_folder(app) / "gelombang-1.pdf").read_bytes()))


def test_a_second_writing_takes_the_place_of_the_first(app, world, come):
    write_lists(app, now=at(8))
    come("rahmah")
    write_lists(app, now=at(8, 3))
    assert "07.52" in "".join(pdf_text((_folder(app) / "gelombang-1.pdf").read_bytes()))


def test_nothing_is_written_on_a_day_without_a_wave(app, world):
    assert write_lists(app, now=at(8, day=date(2023, 11, 10))) == []
    assert not _folder(app).exists()


def test_a_scan_of_the_last_day_keeps_the_lists_coming_a_rehearsal_does_not(app, change, world):
    other_day = at(8, day=date(2023, 11, 1))
    _scanned(change, world.registration, other_day)
    assert len(write_lists(app, now=other_day)) == 2
    assert write_lists(app, now=at(9, day=date(2023, 11, 2))) == []
    with change as session:
        session.get(Checkpoint, world.registration_two).kind = "gladi"
    _scanned(change, world.registration_two, at(8, day=date(2023, 11, 3)))
    assert write_lists(app, now=at(8, day=date(2023, 11, 3))) == []


def test_without_fonts_the_sheet_is_still_written(app, world, monkeypatch):
    def none(_static):
        raise Refused("no_fonts", "…", 503)

    monkeypatch.setattr("rtapp.reports.desk_list_files.find_fonts", none)
    assert [path.name for path in write_lists(app, now=at(8))] == ["gelombang-1.xlsx"]


@pytest.mark.slow
def test_a_real_server_keeps_the_lists_on_disk_once_somebody_was_scanned(served):
    served.stop()
    (served.instance / "config.py").write_text("FALLBACK_SECONDS = 0.5\n")
    folder = served.instance / FOLDER
    shutil.rmtree(folder, ignore_errors=True)  # another journey of this server may have scanned for minutes
    served.start()
    token = device_token(served.instance, "Program uji")
    assert not folder.exists()
    with closing(Visitor(served.port, token)) as program:
        assert program.scan(secrets.token_hex(8), source="search", participant=1) == 200
    deadline = time.monotonic() + 30
    while not (folder / "gelombang-1.pdf").exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    [sheet] = read_workbook((folder / "gelombang-1.xlsx").read_bytes(), "gelombang-1.xlsx").sheets
    assert sum("hadir" in [cell.value for cell in row.cells] for row in sheet.rows) == 1
    assert stat.S_IMODE((folder / "gelombang-1.pdf").stat().st_mode) == 0o600


def _folder(app: Flask):
    return Path(app.instance_path) / FOLDER


def _scanned(change: Change, checkpoint: int, when) -> None:
    scan = {"nonce": secrets.token_hex(8), "checkpoint_id": checkpoint, "verdict": "UNKNOWN", "answer": {}}
    change(lambda session: session.add(Scan(**scan, source="wedge", server_at=when)))
