"""The pages of reports, opened as one room."""

from . import bundle_views, certificate_views, recap_views, transport_views  # noqa: F401  their routes are this room's
from .shared_views import blueprint

__all__ = ["blueprint"]
