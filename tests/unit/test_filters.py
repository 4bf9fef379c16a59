"""How pages write numbers and moments."""

from __future__ import annotations

import pytest

from api.web.filters import moment, number


def test_thousands_are_parted_by_commas() -> None:
    assert [number(0), number(999), number(1_234_567)] == ["0", "999", "1,234,567"]


@pytest.mark.parametrize(
    ("milliseconds", "written"),
    [
        (0, '<time datetime="1970-01-01T00:00:00Z">1 Jan 1970, 00:00 UTC</time>'),
        (1_772_359_200_123, '<time datetime="2026-03-01T10:00:00Z">1 Mar 2026, 10:00 UTC</time>'),
        (-86_400_000, '<time datetime="1969-12-31T00:00:00Z">31 Dec 1969, 00:00 UTC</time>'),
        (10**18, "1000000000000000000"),
        (None, ""),
    ],
)
def test_moment_is_written_for_people_and_for_the_script(milliseconds: int | None, written: str) -> None:
    assert moment(milliseconds) == written
