"""The commands that write papers: what they leave behind, and what they say where there is nothing to write."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result

from rtapp.commands import main as cli
from rtapp.reports.bundle import MANIFEST

from .printing import pdf_text
from .served import rows


@pytest.fixture
def report(demo_file: Path, tmp_path: Path) -> Callable[..., Result]:
    """Run ``app.py report`` with these words on a copy of the demo, in which some of wave I came and are paid."""
    shutil.copytree(demo_file, tmp_path / "instance")
    rows(
        tmp_path / "instance",
        "INSERT INTO attendance (checkpoint_id, participant_id, number, mode, at, voided_by, void_reason) "
        "SELECT 1, id, id, 'sendiri', '2023-11-08 00:00:00', '', '' FROM participant WHERE wave_id = 1 LIMIT 9",
    )
    rows(tmp_path / "instance", "INSERT INTO transport_rate VALUES (1, 1, 'rt', 150000, 500, 1)")
    settled = {"RTAPP_INSTANCE": str(tmp_path / "instance"), "DATABASE_URL": None}
    return lambda *words, group=("report",): CliRunner().invoke(
        cli.main, [*group, *map(str, words)], env=settled, prog_name="app.py"
    )


def test_transport_and_recap_are_written_as_the_name_of_the_file_says(report, tmp_path):
    for name in ("transport", "recap"):
        for ending, begins in (("pdf", b"%PDF"), ("XLSX", b"PK")):
            file = tmp_path / f"{name}.{ending}"
            done = report(name, file, "--wave", 1, "--paper", "a4", "--requester", "Bendahara")
            assert done.exit_code == 0 and str(file) in done.stdout, done.output
            assert file.read_bytes().startswith(begins)
        [page] = pdf_text((tmp_path / f"{name}.pdf").read_bytes())[:1]
        assert "oleh Bendahara" in page
    assert rows(tmp_path / "instance", "SELECT count(*) FROM audit WHERE action LIKE '%.print'") == [(4,)]


def test_an_attendance_list_is_of_a_checkpoint_blank_or_filled(report, tmp_path):
    for ending, blank in (("pdf", []), ("pdf", ["--blank"]), ("xlsx", ["--part", "village"])):
        file = tmp_path / f"hadir{len(blank)}.{ending}"
        done = report("attendance", file, "--checkpoint", 1, "--paper", "a4", *blank, group=())
        assert done.exit_code == 0 and done.stdout == f"337 baris ditulis ke {file}.\n", done.output
    filled, to_sign = (" ".join(pdf_text((tmp_path / f"hadir{n}.pdf").read_bytes())) for n in (0, 1))
    assert filled.count(" 08.00 Hadir ") == 9 and "Belum hadir" in filled and "Kode isi " in filled
    assert "Tanda Tangan" in to_sign and "Belum hadir" not in to_sign
    [(code, pages)] = rows(tmp_path / "instance", "SELECT digest, pages FROM signed_list")
    assert f"Kode cetak {code[:16]}" in to_sign and sum(map(len, json.loads(pages))) == 337


def test_an_attendance_list_of_one_moment_and_requester_is_the_same_to_the_byte(report, tmp_path):
    files = [tmp_path / f"{number}.pdf" for number in range(2)]
    for file in files:
        asked = ("--checkpoint", 1, "--printed-at", "2023-11-08T15:00+08:00", "--requester", "Uji")
        assert report("attendance", file, *asked, group=()).exit_code == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_certificates_that_have_a_number_are_written(report, tmp_path):
    for statement in (
        "INSERT INTO certificate_rule (wave_id, points, least, substitutes, template, code, unit) "
        "VALUES (1, '[1]', 1, 0, '{urut}', '', '')",
        "INSERT INTO certificate (wave_id, participant_id, sequence, number, code, issued_at) "
        "SELECT 1, participant_id, number, number, 'AAAAAA' || (20 + number), at FROM attendance",
    ):
        rows(tmp_path / "instance", statement)
    done = report("certificates", tmp_path / "s.pdf", "--wave", 1)
    assert done.exit_code == 0 and "9 baris" in done.stdout, done.output
    assert len(pdf_text((tmp_path / "s.pdf").read_bytes())) == 18


def test_a_bundle_of_one_moment_and_requester_is_the_same_to_the_byte(report, tmp_path):
    files = [tmp_path / f"{number}.zip" for number in range(3)]
    for file, moment in zip(files, ("15:00", "15:00", "15:01"), strict=True):
        done = report("bundle", file, "--wave", 1, "--printed-at", f"2023-11-08T{moment}+08:00")
        assert done.exit_code == 0, done.output
    one, again, other = (file.read_bytes() for file in files)
    assert one == again != other
    with ZipFile(files[0]) as archive:
        assert archive.testzip() is None and MANIFEST in archive.namelist()
        for name in ("12-daftar-hadir-1.pdf", "12-daftar-hadir-1.xlsx", "14-daftar-hadir-kosong.pdf"):
            assert name in archive.namelist()
        assert {entry.date_time for entry in archive.infolist()} == {(2023, 11, 8, 15, 0, 0)}


def test_a_bundle_says_what_it_lacks(report, tmp_path):
    done = report("bundle", tmp_path / "spj.zip", "--wave", 2)
    assert done.exit_code == 0 and "Jumlah uang transport Gelombang II belum diisi." in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("transport", "x.pdf", "--wave", 2), "Jumlah uang transport Gelombang II belum diisi."),
        (("transport", "x.pdf", "--wave", 1, "--checkpoint", 999), "Gelombang ini tidak punya titik absensi itu."),
        (("recap", "x.doc", "--wave", 1), "Nama berkas harus berakhiran .pdf atau .xlsx atau .ods."),
        (("recap", "x.pdf", "--wave", 9), "Gelombang ini tidak ada."),
        (("certificates", "x.pdf", "--wave", 1), "Belum ada sertifikat bernomor dalam pilihan ini."),
        (("certificates", "x.zip", "--wave", 1), "Nama berkas harus berakhiran .pdf."),
        (("bundle", "x.pdf", "--wave", 1), "Nama berkas harus berakhiran .zip."),
        (("recap", "x.pdf", "--wave", 1, "--printed-at", "kemarin"), "--printed-at ditulis seperti"),
        (("recap", "x.pdf"), "--wave belum diisi."),
        (("attendance", "x.pdf", "--checkpoint", 999), "Titik absensi ini tidak ada."),
        (("attendance", "x.doc", "--checkpoint", 1), "Nama berkas harus berakhiran .pdf atau .xlsx atau .ods."),
        (("attendance", "x.pdf"), "--checkpoint belum diisi."),
    ],
)
def test_what_cannot_be_written_is_told_in_one_sentence_and_leaves_no_file(report, monkeypatch, tmp_path, words, said):
    monkeypatch.chdir(tmp_path)
    done = report(*words, group=() if words[0] == "attendance" else ("report",))
    assert done.exit_code not in (0, 2) and done.stdout == "" and done.stderr.startswith(said)
    assert not list(tmp_path.glob("x.*"))
