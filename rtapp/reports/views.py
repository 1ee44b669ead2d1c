"""The pages of reports, opened as one room."""

from . import attendance_views, bundle_views, recap_views, signing_views, transport_views  # noqa: F401  their routes are this room's
from .shared_views import blueprint

__all__ = ["blueprint"]
