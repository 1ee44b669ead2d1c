"""Which browser somebody has, as it says itself, and whether it is within the support line."""

import pytest

from rtapp.web.engines import Engine, engine_of, support_line

ANDROID = "Mozilla/5.0 (Linux; Android 9; SM-J600) AppleWebKit/537.36 (KHTML, like Gecko) {} Mobile Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS {} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {} Safari/604.1"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{} Safari/605.1"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) {} Safari/537.36{}"


@pytest.mark.parametrize(
    ("user_agent", "engine"),
    [
        (ANDROID.format("Chrome/138.0.7204.179"), Engine("Chrome", 138, True)),
        (ANDROID.format("Chrome/96.0.4664.104"), Engine("Chrome", 96, False)),
        (ANDROID.format("SamsungBrowser/18.0 Chrome/99.0.4844.88"), Engine("Samsung Internet", 18, True)),
        (ANDROID.format("SamsungBrowser/17.0 Chrome/96.0.4664.104"), Engine("Samsung Internet", 17, False)),
        (PHONE.format("16_0", "Version/16.0 Mobile/15E148"), Engine("iOS", 16, True)),
        (PHONE.format("15_8", "Version/15.6 Mobile/15E148"), Engine("iOS", 15, False)),
        (PHONE.format("15_8", "CriOS/138.0.7204.119 Mobile/15E148"), Engine("iOS", 15, False)),
        (PHONE.format("17_5", "FxiOS/127.0 Mobile/15E148"), Engine("iOS", 17, True)),
        ("Mozilla/5.0 (Windows NT 6.1; rv:102.0) Gecko/20100101 Firefox/102.0", Engine("Firefox", 102, True)),
        ("Mozilla/5.0 (Android 8.0; Mobile; rv:101.0) Gecko/101.0 Firefox/101.0", Engine("Firefox", 101, False)),
        (WINDOWS.format("Chrome/109.0.0.0", " Edg/109.0.1518.140"), Engine("Edge", 109, True)),
        (WINDOWS.format("Chrome/95.0.4638.69", " OPR/81.0.4196.54"), Engine("Opera", 81, False)),
        (MAC.format("15.6"), Engine("Safari", 15, False)),
        (MAC.format("17.4"), Engine("Safari", 17, True)),
        ("curl/8.5.0", None),
        ("", None),
    ],
)
def test_a_browser_is_known_by_what_it_says(user_agent, engine):
    assert engine_of(user_agent) == engine


def test_the_line_is_told_as_people_read_it():
    assert support_line() == "Chrome 97, iOS 16, Firefox 102, Samsung Internet 18"
