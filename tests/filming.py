"""What a camera sees: pictures of codes, and a film of pictures for the browser's fake camera, as motion JPEG."""

import io
from pathlib import Path

from PIL import Image

from rtapp.documents import qr

FRAME = (1280, 720)


def film(pictures: list[Image.Image], path: Path, frames_each: int = 30) -> Path:
    """Write ``pictures``, each standing in the middle of a grey frame for a while, to ``path`` (.mjpeg)."""
    with path.open("wb") as file:
        for picture in pictures:
            frame = Image.new("RGB", FRAME, (150, 150, 146))
            shown = picture.convert("RGB")
            shown.thumbnail((FRAME[0] - 80, FRAME[1] - 40))
            frame.paste(shown, ((FRAME[0] - shown.width) // 2, (FRAME[1] - shown.height) // 2))
            buffer = io.BytesIO()
            frame.save(buffer, "JPEG", quality=80)
            file.write(buffer.getvalue() * frames_each)
    return path


def code_picture(payload: str, px: int = 8) -> Image.Image:
    """Return the code, ``px`` pixels a module, black on white with its quiet zone."""
    modules = qr.matrix(payload)
    side = len(modules) + 2 * qr.QUIET
    picture = Image.new("L", (side, side), 255)
    for x, y, width in qr.runs(modules):
        picture.paste(0, (x + qr.QUIET, y + qr.QUIET, x + qr.QUIET + width, y + qr.QUIET + 1))
    return picture.resize((side * px, side * px), Image.Resampling.NEAREST)
