"""The worker's line to its parent: JSON lines on what were standard input and output when it began.

Whatever else the process prints goes to standard error, so that a library's chatter is no reply.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Mapping
from typing import IO, Any


class Channel:
    """Replies out, requests in; replies may come from any thread."""

    def __init__(self, reader: IO[bytes], writer: IO[bytes]) -> None:
        self._reader = reader
        self._writer = writer
        self._lock = threading.Lock()
        self._unread = False

    @property
    def unread(self) -> bool:
        """Whether a line could not be sent, since nobody reads them any more."""
        return self._unread

    def send(self, message: Mapping[str, Any]) -> None:
        """Writes one line. That the parent is gone shows in `unread`."""
        line = json.dumps(message, allow_nan=False, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            try:
                self._writer.write(line)
                self._writer.flush()
            except (BrokenPipeError, ValueError):
                self._unread = True

    def lines(self) -> IO[bytes]:
        """The request lines, until the parent closes them."""
        return self._reader


_reserved: Channel | None = None


def reserve_stdout() -> Channel:
    """Takes standard input and output for the protocol; from now on `print` writes to standard error.

    `serve` does so itself: call it earlier only where a script prints before it serves. A second call changes nothing.
    """
    global _reserved
    if _reserved is None:
        sys.stdout.flush()
        reader = os.fdopen(os.dup(0), "rb")
        writer = os.fdopen(os.dup(1), "wb")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        _reserved = Channel(reader, writer)
    return _reserved
