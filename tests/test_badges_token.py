"""Tokens and short codes: what is minted is read back however a scanner or a hand mangled it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtapp.badges import token as codes
from rtapp.badges.token import SHORT_ALPHABET, TOKEN_ALPHABET, read_short_code, read_short_codes, read_tokens

TOKEN = "AQZWYM234567BCD7"  # every sign that another keyboard layout moves
AROUND = ["{}", "A{}", "{}Z", "A{}Z", "QX{}", "{}99", "SCAN:{};", "*{}*", "]Q3{}", "{}\\000026"]
HOSTS = ["http://192.168.1.10:8000", "https://meja.local:8443", "http://desk", "HTTP://10.0.0.7"]

bodies = st.text(SHORT_ALPHABET, min_size=6, max_size=6)
tokens = st.text(TOKEN_ALPHABET, min_size=16, max_size=16)


def on_qwertz(typed: str) -> str:
    """What a computer with a German layout makes of the keys of an American scanner."""
    return typed.translate(str.maketrans("yzYZ:/?=&-_", "zyZYÖ-_´/ß?"))


def on_azerty(typed: str) -> str:
    """What a computer with a French layout makes of the keys of an American scanner."""
    american = "qwazmQWAZM1234567890:/.-"
    french = "azqw,AZQW?&é\"'(-è_çàM!:)"
    return typed.translate(str.maketrans(american, french))


def code_of(body: str) -> str:
    return body + codes.check_sign(body)


def test_no_two_of_many_tokens_are_alike():
    minted = [codes.mint_token() for _ in range(5_000)]
    assert len(set(minted)) == len(minted)
    assert all(len(one) == 16 and set(one) <= set(TOKEN_ALPHABET) for one in minted)
    assert {sign for one in minted for sign in one} == set(TOKEN_ALPHABET)


def test_a_minted_code_is_never_a_word_somebody_searches_for():
    assert not any(codes.mint_token().isalpha() or codes.mint_short_code().isalpha() for _ in range(5_000))


def test_every_minted_short_code_is_read_back():
    for _ in range(2_000):
        code = codes.mint_short_code()
        assert read_short_code(code) == read_short_code(codes.shown(code)) == code


@given(bodies, st.integers(0, 6), st.sampled_from(SHORT_ALPHABET))
def test_one_wrong_sign_is_noticed_wherever_it_stands(body, at, sign):
    code = code_of(body)
    wrong = code[:at] + sign + code[at + 1 :]
    assert wrong == code or read_short_code(wrong) is None


@given(bodies, st.integers(0, 5))
def test_two_neighbours_changing_places_are_noticed(body, at):
    code = code_of(body)
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert swapped == code or read_short_code(swapped) is None


@pytest.mark.parametrize("typed", ["{0}-{1}", "{0}{1}", "{0} {1}", " {0}-{1}\r\n", "{0}.{1}", "{0}–{1}", "{0}_{1}"])
def test_a_short_code_is_read_however_it_was_typed(typed):
    code = code_of("K7F3MQ")
    for text in (typed.format(code[:3], code[3:]), typed.format(code[:3], code[3:]).lower()):
        assert read_short_code(text) == code and codes.looks_like_code(text)


@pytest.mark.parametrize(
    "typed", ["", "RAHMAH", "rt 3 belimbing", "MABUUN2", "081200000102", "K7F-3M", "K7F3MQ22", "½²³45ABC"]
)
def test_what_people_search_for_is_no_short_code(typed):
    assert read_short_code(typed) is None


@given(bodies.filter(lambda body: not body.isalpha()), st.sampled_from(AROUND))
def test_what_a_scanner_puts_around_a_short_code_is_no_part_of_it(body, around):
    code = code_of(body)
    assert code in read_short_codes(around.format(code))


def test_of_two_pieces_that_are_short_codes_both_are_read():
    assert read_short_codes("AW77EYVRZ") == ["77EYVRZ", "W77EYVR"]
    assert read_short_codes("W77EYVR;77EYVRZ") == []


@given(tokens)
def test_a_bare_token_is_read_in_any_case(minted):
    spaced = f" {minted}\r\n", f"]Q1{minted}", f"]Q3{minted}\t"
    for typed in (minted, minted.lower(), minted.swapcase(), *spaced):
        assert read_tokens(typed)[0] == minted


@given(tokens, st.sampled_from(HOSTS))
def test_the_payload_of_a_card_is_read_back_with_any_host(minted, host):
    assert read_tokens(codes.payload(minted, host))[0] == minted
    assert read_tokens(codes.payload(minted, host).lower())[0] == minted


@given(tokens, st.sampled_from(HOSTS))
def test_another_keyboard_layout_loses_no_token(minted, host):
    for scanned in (minted, codes.payload(minted, host), codes.payload(minted, host).lower()):
        assert minted in read_tokens(on_qwertz(scanned))
        assert minted in read_tokens(on_azerty(scanned))


@pytest.mark.parametrize(
    "typed",
    [
        f"HTTP://192.168.1.10:8000/K/{TOKEN}/",
        f"http://192.168.1.10:8000/k/{TOKEN.lower()}?utm_source=chat&x=ABCDEFGHABCDEFGH",
        f"http://192.168.1.10:8000/K/{TOKEN}#top",
        f"httpÖ--192.168.1.10Ö8000-K-{TOKEN}",
        f"HTTP;&&192.168.1.10;8000&K&{TOKEN}",
        f"HTTP>--192.168.1.10>8000-K-{TOKEN}  ",
        f"HTTP:\\\\192.168.1.10:8000\\K\\{TOKEN}",
        f"http%3A%2F%2F192.168.1.10%3A8000%2FK%2F{TOKEN}",
        f"https://chat.example/l?u=http%3A%2F%2F192.168.1.10%2FK%2F{TOKEN}&h=AT3xyz",
        f"192.168.1.10:8000/K/{TOKEN}",
        f"/K/{TOKEN}",
        f"(http://desk/K/{TOKEN}).",
        f"\ufeff{TOKEN}\x00",
        f"Kartu saya: {TOKEN}",
    ],
)
def test_a_mangled_address_still_holds_its_token(typed):
    assert read_tokens(typed)[0] == TOKEN and codes.looks_like_code(typed)


@pytest.mark.parametrize(
    "typed",
    [*("", " ", "%", "%2", "😀" * 500, "rt 3 belimbing raya", "6309060101700001"), *(TOKEN[:-1], f"/K/{TOKEN}{TOKEN}")],
)
def test_what_holds_no_whole_token_is_none(typed):
    assert read_tokens(typed) == [] and not codes.looks_like_code(typed)


@pytest.mark.parametrize(
    "typed", ["Q{0}", "{0}A", "x{0}\r", "~{0}#", "]Q3{0}", "rahmah {0}", "Q{1}", "{1}X", "rahmah{1}", "3 {1}"]
)
def test_what_stands_around_a_code_is_no_part_of_it(typed):
    for text in (
        typed.format(TOKEN, f"HTTP://10.0.0.7/K/{TOKEN}"),
        typed.format(TOKEN, f"http://desk/k/{TOKEN}").lower(),
    ):
        assert TOKEN in read_tokens(text) and codes.looks_like_code(text)


@pytest.mark.parametrize(
    "typed", ["{0}{1}", "{0} {1}", "HTTP://10.0.0.7/K/{0}HTTP://10.0.0.7/K/{1}", "http://desk/k/{0} http://desk/k/{1}"]
)
def test_of_two_cards_in_one_reading_neither_is_meant(typed):
    assert read_tokens(typed.format(TOKEN, TOKEN[::-1])) == []


@pytest.mark.parametrize(
    "keys",
    [
        "фисвуапршолдьтщзйкыегмцчня234567",
        "ФИСВУАПРШОЛДЬТЩЗЙКІЕГМЦЧНЯ234567",
        "abcdefghijklmnopqrstuvwxzyěščřžý",
        "αβψδεφγηιξκλμνοπ;ρστθωςχυζ234567",
        "שנבגקכעיןחלךצמםפ/רדאוה'סטז234567",
        "ش لا ؤ ي ث ب ل ا ه ت ن م ة ى خ ح ض ق س ف ع ر ص ء غ ئ 2 3 4 5 6 7",
        "ِ لآ { ] ُ [ لأ أ ÷ ـ ، / ’ آ × ؛ َ ٌ ٍ لإ ‘ } ً ْ إ ~ 2 3 4 5 6 7",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + "２３４５６７",
    ],
)
def test_a_keyboard_of_another_script_loses_no_token(keys):
    keys = keys.split() if " " in keys else keys  # of some keys come two letters
    pressed = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", keys, strict=True))
    assert TOKEN in read_tokens("".join(pressed[sign] for sign in TOKEN))
    assert TOKEN in read_tokens("".join(pressed.get(sign, sign) for sign in f"HTTP:ظظ10.0.0.7ظKظ{TOKEN}"))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (TOKEN, True),
        (TOKEN.lower(), True),
        (f"HTTP://10.0.0.7:8000/K/{TOKEN}", True),
        (f"salah orang {TOKEN}", True),
        (f"http://desk/k/{TOKEN}salah".lower(), True),
        ("K7F-3MQ" + codes.check_sign("K7F3MQ"), True),
        ("Hj. Siti Aminah, S.Pd", False),
        ("pertanggungjawaban2023-tahap2", False),
        ("Muhammad-Syahrani Nor'aini", False),
        ("6309060101700001", False),
        ("081200000010", False),
        ("sudah di tempat", False),
    ],
)
def test_a_cards_code_is_told_from_a_name_a_reason_a_note(text, holds):
    assert codes.holds_card(text) is holds


@pytest.mark.parametrize(
    "word",
    ["muhammad-syahrani", "pertanggungjawaban-", "MUHAMMADSYAHRANI", "siti abdurrahmanrahman", "Nama,SyarkawiIdris"],
)
def test_a_word_as_long_as_a_token_is_searched_for(word):
    assert not codes.looks_like_code(word)


@given(st.text(max_size=600))
def test_whatever_is_typed_is_read_or_left_without_a_fuss(typed):
    assert all(len(found) == 16 and set(found) <= set(TOKEN_ALPHABET) for found in read_tokens(typed))
    found = read_short_code(typed)
    assert found is None or code_of(found[:6]) == found
    assert len(codes.masked(typed)) <= 64


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("6309060101700001", "•" * 16),
        ("NIK 6309060101700001 ", "NIK " + "•" * 16),
        ("08120000010", "08120000010"),
        ("a\x00b\nc", "a b c"),
        ("x" * 500, "x" * 64),
        (TOKEN, "••••••••" + TOKEN[-4:]),
        (f"HTTP://10.0.0.7/K/{TOKEN}", "HTTP://10.0.0.7/K/••••••••" + TOKEN[-4:]),
        (
            f"rahmah{TOKEN} HTTP://10.0.0.7/K/{TOKEN[::-1]}",
            f"••••••••{TOKEN[-4:]} HTTP://10.0.0.7/K/••••••••{TOKEN[3::-1]}",
        ),
        ("HTTP://192.0.2.9/K/ABCDEFGHIJKLMNOP", "HTTP://192.0.2.9/K/ABCDEFGHIJKLMNOP"),
        ("x" * 60 + "6309060101700001", "x" * 60 + "••••"),
    ],
)
def test_what_is_kept_of_an_unknown_code_names_nobody(raw, kept):
    assert codes.masked(raw) == kept


@pytest.mark.parametrize("host", HOSTS)
def test_an_address_on_a_card_stays_in_the_signs_that_make_a_small_code(host):
    payload = codes.payload(TOKEN, host)
    assert payload == f"{host.upper()}/K/{TOKEN}"
    assert set(payload) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert codes.payload(TOKEN) == TOKEN
