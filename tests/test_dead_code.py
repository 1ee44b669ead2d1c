"""Dead code: what nothing in the house calls, its pages included; that a test calls it is no use to a desk."""

import re
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).resolve().parent.parent
# What a library calls or reads by its name.
BY_DECORATOR = [
    "@*blueprint.*",
    "@api.*",
    "@app.*",
    "@*.command",
    "@*.group",
    "@*listens_for",
    "@*errorhandler",
    "@click.*",
]
BY_NAME = [
    *("create_system", "external_attr", "compress_type"),  # zipfile
    *("autocommit", "_write_header_footer", "dhh", "dmm", "YMDhms", "useA85"),  # psycopg, xlsxwriter, reportlab
    *("formatter_class", "command_class", "group_class"),  # click
    *(
        "impl",
        "cache_ok",
        "process_bind_param",
        "process_result_value",
        "result_processor",
        "isolation_level",
    ),  # SQLAlchemy
    *("handle_starttag", "handle_endtag", "handle_data"),  # html.parser
    *("Meta", "validate_*", "field_id", "_value", "*_was"),  # WTForms
    *(
        "max_content_length",
        "max_form_memory_size",
        "request_class",
        "parameter_storage_class",
        "ensure_sync",
        "url_rule_class",
    ),  # Flask: requests
    *("permanent", "session_interface", "open_session", "get_cookie_secure", "get_cookie_name"),  # Flask: sessions
    *("lstrip_blocks", "trim_blocks", "bytecode_cache", "context_class", "jinja_environment", "jinja_options"),  # Jinja
    *("served_app", "_wsgi_call_wrap"),  # granian
    *("csp_wasm", "private_card"),  # read with g.get
    *("page_width", "page_height", "*_margin", "space_before", "space_after", "keep_with_next"),  # python-docx
    *("alignment", "autofit", "underline", "comments", "last_modified_by", "modified"),  # python-docx, too
    "prepare_threshold",  # psycopg
    "limits",  # of a protocol
    "*_views",  # imported so that their routes are known
]
# Kept in the database for whoever looks into it by hand.
COLUMNS = ["opened_at", "counted_by", "created_by", "applied_by", "archive_reason"]


def test_nothing_of_the_house_is_called_by_tests_alone():
    vulture = Vulture(ignore_decorators=BY_DECORATOR, ignore_names=[*BY_NAME, *COLUMNS])
    vulture.scavenge([ROOT / "rtapp", ROOT / "app.py"], exclude=["*/migrations/versions/*"])
    for page in (ROOT / "templates").rglob("*.*"):
        vulture.used_names |= set(re.findall(r"\w+", page.read_text(encoding="utf-8")))
    assert [item.get_report() for item in vulture.get_unused_code(min_confidence=60)] == []
