"""The pages of reports, opened as one room."""

from . import (  # noqa: F401  their routes are this room's
    after_views,
    attendance_views,
    bundle_views,
    certificate_views,
    recap_views,
    signatures_views,
    transport_views,
)
from .shared_views import blueprint

__all__ = ["blueprint"]
