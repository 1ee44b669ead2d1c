"""Bantuan: what it says is so, in both languages, and it fits on the paper it promises."""

import re

from rtapp.commands import main as cli
from rtapp.documents import qr
from rtapp.web import reach

from .reading import words


def test_everybody_reads_the_help_and_finds_it_from_every_page(client_of, monkeypatch):
    for role in ("stranger", "device", "admin"):
        client = client_of(role)
        page = words(client.get("/help"))
        assert "Sepuluh langkah" in page and "Bila ada masalah" in page and "AP isolation" in page
        assert 'href="/help"' in client.get("/account" if role == "admin" else "/sign-in").text
    assert len(re.findall("<li>", client.get("/help").text.split('id="day"')[0])) == 10


def test_the_sheet_for_the_desk_carries_a_code_that_opens_it_on_a_phone(app, client_of, monkeypatch):
    monkeypatch.setattr(reach, "lan_addresses", lambda: ["192.168.1.5"])
    page = client_of("stranger").get("/help/desk", base_url="http://localhost:8000").text
    assert qr.svg("http://192.168.1.5:8000/help/desk", "Kode QR halaman ini") in page


def test_every_command_that_the_help_names_is_one(client_of):
    page = words(client_of("stranger").get("/help"))
    named = set(re.findall(r"python3 app\.py(?: ([a-z]+))?", page))
    assert {"doctor", "restore", "user"} <= named
    assert named - {""} <= set(cli.main.commands)
