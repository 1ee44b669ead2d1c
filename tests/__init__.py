"""The desk, tested."""

import os

AT_LENGTH = bool(os.environ.get("RTAPP_TEST_AT_LENGTH"))
