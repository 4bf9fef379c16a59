"""A form with files that is read from disk as it is sent, whatever its length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from urllib3.fields import RequestField
from urllib3.filepost import choose_boundary

CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the form: the name of its field, its own name, its type, and its bytes or where they are."""

    field: str
    file_name: str
    content_type: str
    content: bytes | Path

    @property
    def length(self) -> int:
        """Bytes of its content."""
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)


class MultipartForm:
    """The body of a `multipart/form-data` request: its chunks by iteration, and `len` for its bytes."""

    def __init__(self, fields: Mapping[str, str], files: Sequence[Part]) -> None:
        boundary = choose_boundary()
        self.content_type = f"multipart/form-data; boundary={boundary}"
        parts = [*(Part(name, "", "", value.encode()) for name, value in fields.items()), *files]
        self._parts = [(f"--{boundary}\r\n{_headers(part)}".encode(), part, part.length) for part in parts]
        self._end = f"--{boundary}--\r\n".encode()

    def __len__(self) -> int:
        return sum(len(head) + length + 2 for head, _, length in self._parts) + len(self._end)

    def __iter__(self) -> Iterator[bytes]:
        for head, part, length in self._parts:
            yield head
            yield from _chunks(part, length)
            yield b"\r\n"
        yield self._end


def _headers(part: Part) -> str:
    field = RequestField(part.field, b"", part.file_name or None)
    field.make_multipart(content_type=part.content_type or None)
    return field.render_headers()


def _chunks(part: Part, length: int) -> Iterator[bytes]:
    """The content in the length that was announced; OSError where the file is shorter by now."""
    if isinstance(part.content, bytes):
        yield part.content
        return
    with part.content.open("rb") as stream:
        while length > 0:
            chunk = stream.read(min(CHUNK_BYTES, length))
            if not chunk:
                raise OSError(f"{part.content} became shorter while it was sent.")
            length -= len(chunk)
            yield chunk
