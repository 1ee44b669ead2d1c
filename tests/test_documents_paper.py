"""What papers have in common: where their letters are, how their files are named, a page as a picture."""

import io

import pytest
from PIL import Image

from rtapp.config import ROOT
from rtapp.documents.fonts import find_fonts
from rtapp.documents.paper import PAPERS, picture_of, plain
from rtapp.refusals import Refused


def test_fonts_are_those_of_the_set_up_else_the_systems_else_a_sentence(tmp_path):
    static, system = tmp_path / "static", tmp_path / "system"
    fetched = static / "vendor/node_modules/dejavu-fonts-ttf/ttf"
    with pytest.raises(Refused) as refused:
        find_fonts(static, system)
    assert refused.value.code == "no_fonts" and "app.py fetch" in str(refused.value)
    for folder in (system, fetched):
        folder.mkdir(parents=True)
        for face in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf"):
            (folder / face).touch()
        assert find_fonts(static, system) == folder


@pytest.mark.parametrize("paper", PAPERS)
def test_a_page_as_a_picture_has_the_shape_of_its_paper(paper):
    png = picture_of(paper, find_fonts(ROOT / "static"), lambda pen: pen.text(10, 20, "Daftar contoh", "bold", 6))
    with Image.open(io.BytesIO(png)) as image:
        assert image.width / image.height == pytest.approx(PAPERS[paper][0] / PAPERS[paper][1], abs=0.001)
        assert image.convert("L").getextrema() == (0, 255)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Kartu peserta · Gelombang I", "kartu-peserta-gelombang-i"),
        ("Hj. Ma'mūn / ../etc", "hj-mamun-etc"),
        ("🎉", "tanpa-nama"),
        ("x" * 300, "x" * 100),
    ],
)
def test_a_file_is_named_so_that_any_system_can_hold_it(text, name):
    assert plain(text) == name
