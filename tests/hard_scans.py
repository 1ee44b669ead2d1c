"""Codes as a door meets them, and how many of them the desk's own decoder reads: ``python -m tests.hard_scans``.

A code stands in a frame of 1280×720, about 8 pixels a module where nothing else is said, as a card held 25 cm before a
tablet does; each damage has steps from slight to what nobody reads.
"""

import base64
import io
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps
from playwright.sync_api import Page, sync_playwright

from .browsers import FLAGS, find_browser, sign_in
from .filming import FRAME, code_picture
from .served import Served, command

CODES = 12  # of each step of each damage
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # of a card's token
DECODE = """async ({ pictures }) => {
  const { readPhoto } = await import('/static/js/decoder.js');
  const { decoder: script, wasm } = document.getElementById('desk-input').dataset;
  const read = [];
  for (const picture of pictures) {
    const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
    read.push(await readPhoto(new Blob([bytes], { type: 'image/jpeg' }), { script, wasm }));
  }
  return read;
}"""


def framed(payload: str, module: int = 8, turn: float = 0.0) -> Image.Image:
    """A code on a white card in a grey frame."""
    code = code_picture(payload, module)
    code = code.rotate(turn, expand=True, fillcolor=150, resample=Image.Resampling.BICUBIC)
    frame = Image.new("L", FRAME, 150)
    frame.paste(code, ((FRAME[0] - code.width) // 2, (FRAME[1] - code.height) // 2))
    return frame


def dim(picture: Image.Image, step: float, dice: random.Random) -> Image.Image:
    """Little light, and the grain that a camera adds to it; ``step`` is what is left of the light."""
    dark = ImageEnhance.Brightness(picture).enhance(step)
    grain = Image.effect_noise(picture.size, 12)
    return ImageChops.add(dark, grain, scale=1, offset=-128)


def blurred(picture: Image.Image, step: float, dice: random.Random) -> Image.Image:
    """Out of focus; ``step`` is the radius in modules."""
    return picture.filter(ImageFilter.GaussianBlur(step * 8))


def shaken(picture: Image.Image, step: float, dice: random.Random) -> Image.Image:
    """Moved while the picture was taken; ``step`` is how far, in modules."""
    far = max(1, round(step * 8))
    moved = picture
    for shift in range(1, far + 1):
        moved = Image.blend(moved, ImageChops.offset(picture, shift, 0), 1 / (shift + 1))
    return moved


def tilted(picture: Image.Image, step: float, dice: random.Random) -> Image.Image:
    """Seen from the side; ``step`` is by how much the far edge is shorter."""
    width, height = picture.size
    more = height * step / (1 - step) / 2
    wider = width * (1 + step / 2)
    quad = (0, 0, 0, height, wider, height + more, wider, -more)
    return picture.transform(picture.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC, fillcolor=150)


def inverted(picture: Image.Image, step: float, dice: random.Random) -> Image.Image:
    """White on black, as some phones show it at night; ``step`` is what is left of the contrast."""
    return ImageEnhance.Contrast(ImageOps.invert(picture)).enhance(step)


def small(picture: Image.Image, step: float, dice: random.Random) -> Image.Image:
    """Far away; ``step`` is how many pixels a module has."""
    scale = step / 8
    far = picture.resize((round(FRAME[0] * scale), round(FRAME[1] * scale)), Image.Resampling.LANCZOS)
    frame = Image.new("L", FRAME, 150)
    frame.paste(far, ((FRAME[0] - far.width) // 2, (FRAME[1] - far.height) // 2))
    return frame


def cracked(picture: Image.Image, step: float, dice: random.Random) -> Image.Image:
    """Behind broken glass; ``step`` is how many cracks cross the code."""
    pen = ImageDraw.Draw(picture)
    centre = FRAME[0] / 2 + dice.uniform(-60, 60), FRAME[1] / 2 + dice.uniform(-60, 60)
    for _ in range(round(step)):
        x, y = centre
        path = [centre]
        slope = dice.uniform(-1, 1), dice.uniform(-1, 1)
        for _ in range(8):
            x, y = x + slope[0] * 40 + dice.uniform(-12, 12), y + slope[1] * 40 + dice.uniform(-12, 12)
            path.append((x, y))
        pen.line(path, fill=dice.choice((20, 235)), width=dice.randint(2, 5))
    return picture


def glaring(picture: Image.Image, step: float, dice: random.Random) -> Image.Image:
    """A lamp mirrored in the foil; ``step`` is its share of the code's width."""
    side = 8 * 21 * step / 2
    x, y = FRAME[0] / 2 + dice.uniform(-50, 50), FRAME[1] / 2 + dice.uniform(-50, 50)
    light = Image.new("L", FRAME, 0)
    ImageDraw.Draw(light).ellipse((x - side, y - side, x + side, y + side), fill=255)
    return ImageChops.lighter(picture, light.filter(ImageFilter.GaussianBlur(6)))


# Each damage with its steps, and how many of them, from the first, a desk must read.
DAMAGES: dict[str, tuple[Callable[[Image.Image, float, random.Random], Image.Image], tuple[float, ...], int]] = {
    "redup": (dim, (0.5, 0.3, 0.2, 0.12, 0.07), 3),
    "buram": (blurred, (0.2, 0.4, 0.6, 0.8, 1.0), 2),
    "goyang": (shaken, (0.3, 0.6, 0.9, 1.2, 1.5), 2),
    "miring": (tilted, (0.1, 0.2, 0.3, 0.4, 0.5), 3),
    "terbalik warnanya": (inverted, (1.0, 0.6, 0.4, 0.25, 0.15), 3),
    "kecil": (small, (4, 3, 2, 1.5, 1.2), 3),
    "retak": (cracked, (1, 2, 4, 6, 9), 1),
    "silau": (glaring, (0.1, 0.2, 0.3, 0.4, 0.5), 1),
}


def decoded(page: Page, damage: str, step: float, codes: int = CODES) -> float:
    """Return the share of damaged codes that the desk page open in ``page`` reads; a wrong reading is an error."""
    dice = random.Random(f"{damage} {step}")
    change = DAMAGES[damage][0]
    payloads = ["".join(dice.choices(ALPHABET, k=16)) for _ in range(codes)]
    pictures = []
    for payload in payloads:
        out = io.BytesIO()
        change(framed(payload, turn=dice.uniform(-25, 25)), step, dice).save(out, "JPEG", quality=80)
        pictures.append(base64.b64encode(out.getvalue()).decode())
    read = page.evaluate(DECODE, {"pictures": pictures})
    assert all(text in (None, payload) for text, payload in zip(read, payloads, strict=True)), "read as another code"
    return sum(text is not None for text in read) / codes


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="rtapp-hard-scans-") as folder, sync_playwright() as playwright:
        instance = Path(folder) / "instance"
        command("demo", "--no-serve", instance=instance)
        served = Served(instance, ("demo",))
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        try:
            page = browser.new_page()
            sign_in(page, served.links[-1])
            page.goto(f"{served.url}/desk/1")
            for damage, (_, steps, _) in DAMAGES.items():
                shares = ((step, decoded(page, damage, step)) for step in steps)
                print(f"{damage:<20}" + "".join(f"{step:>7g}: {share:4.0%}" for step, share in shares))
        finally:
            browser.close()
            served.stop()


if __name__ == "__main__":
    main()
