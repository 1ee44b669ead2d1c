"""The pages of reports, opened as one room."""

from .shared_views import blueprint

__all__ = ["blueprint"]
