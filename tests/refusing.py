"""Asserting that something is refused."""

from types import TracebackType
from typing import Self

from rtapp.refusals import Refused


class refused:
    """Assert that what follows is refused with this code and status, in a sentence, its facts all there."""

    def __init__(self, code: str, status: int = 422, said: str = "") -> None:
        self.code, self.status, self.said = code, status, said

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type | None, error: BaseException | None, _trace: TracebackType | None) -> bool:
        if error is not None and not isinstance(error, Refused):
            return False
        assert error is not None, f"{self.code}: not refused"
        assert (error.code, error.status) == (self.code, self.status)
        assert str(error).endswith((".", "!")) and "%(" not in str(error) and self.said in str(error)
        return True
