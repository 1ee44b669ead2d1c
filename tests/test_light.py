"""A start loads what the desks need: what draws papers, reads workbooks or makes certificates comes when first used.

How long a start takes and how much memory it keeps tells tests/bench/start.py.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from werkzeug.routing import Map, Rule

from rtapp import factory, migrations
from rtapp.migrations import newest

from .served import ROOT, environment

LATER = {
    *("alembic", "mako", "cryptography", "pyrage", "qrcode", "PIL", "reportlab"),
    *("openpyxl", "xlsxwriter", "python_calamine", "defusedxml", "lxml", "psycopg"),
}


def test_the_command_line_and_the_server_load_no_library_of_papers_workbooks_and_certificates(tmp_path):
    code = (
        "import json, sys, rtapp.commands.main as main, rtapp.factory as factory\n"
        "client = factory.create_app().test_client()\n"
        "client.get('/healthz'), client.get('/licences')\n"
        "told = lambda: print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))\n"
        "told(), main.terminal.show_qr('http://localhost'), told()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, timeout=60
    )
    loaded, *code, drawn = done.stdout.splitlines()
    assert {"flask", "sqlalchemy"} <= set(json.loads(loaded)) and not set(json.loads(loaded)) & LATER
    assert code and set(json.loads(drawn)) & LATER == {"qrcode"}  # the code of the first link, without pictures


@pytest.mark.parametrize("path", ["/", "/desk/<int:id>/scans", "/K/<token>", "/<any(pdf, ods):kind>/ü/<token>"])
def test_links_are_built_as_the_library_builds_them_and_not_before(path):
    plain, ours = Rule(path, endpoint="one"), factory.Address(path, endpoint="one")
    Map([plain]), Map([ours])
    values = {"id": 7, "token": "a b", "kind": "ods"}
    for extra in ({}, {"q": "ü"}):
        asked = {name: values[name] for name in plain.arguments} | extra
        assert ours.build(asked) == plain.build(asked) is not None
        assert ours.build(asked, append_unknown=False) == plain.build(asked, append_unknown=False)
    assert "lambda" in ours._build.__name__  # the library still asks for its builder by this name


def test_the_revisions_are_those_that_alembic_would_run():
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    scripts = ScriptDirectory.from_config(config)
    assert newest() == scripts.get_current_head()
    assert set(migrations._revisions()) == {script.revision for script in scripts.walk_revisions()}


def test_what_is_forked_serves_the_application_that_is_made_already(tmp_path, monkeypatch):
    monkeypatch.setattr(factory, "_lent", [])
    monkeypatch.delenv("RTAPP_SERVED", raising=False)
    monkeypatch.setenv("RTAPP_INSTANCE", str(tmp_path))
    made = factory.create_app(tmp_path)
    assert factory.served_app() is not made
    factory.lend(made)
    assert factory.served_app() is made
