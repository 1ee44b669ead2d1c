"""Scripts on paper: Arabic joined and from the right, letters that no font has told beforehand."""

import pytest

from rtapp.documents.glyphs import unprintable
from rtapp.documents.scripts import shaped

from .printing import fonts


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Contoh Rahmah", "Contoh Rahmah"),
        ("\u0645\u062d\u0645\u062f", "\ufeaa\ufee4\ufea4\ufee3"),  # Muhammad: first, inside, inside, last
        ("\u0644\u0627", "\ufefb"),  # lam and alef are one letter
        ("RT \u0645\u062d", "RT \ufea2\ufee3"),
        ("\u0645\u062d 12", "12 \ufea2\ufee3"),  # digits keep their order
        ("\u0627\u0628", "\ufe8f\ufe8d"),  # alef joins nothing behind it
    ],
)
def test_arabic_letters_are_joined_and_stand_from_the_right(text, drawn):
    assert shaped(text) == drawn


def test_every_letter_of_an_arabic_name_stays():
    name = "\u0639\u0628\u062f \u0627\u0644\u0644\u0647 Contoh (\u062d\u0633\u0646)"
    assert len(shaped(name)) == len(name) and shaped(name).count("Contoh") == 1 and shaped(name)[0] == "("


def test_a_name_in_letters_that_no_font_has_is_told_and_others_are_not():
    javanese = "\ua9b2\ua9a4\ua9b8"
    arabic = "\u0639\u0628\u062f \u0627\u0644\u0644\u0647"
    names = ["Rahmah", "Ren\u00e9e", arabic, javanese, "Contoh \u6f22"]
    assert unprintable(names, fonts()) == [javanese, "Contoh \u6f22"]
