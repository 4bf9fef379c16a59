"""CSV files line by line: good rows pass, bad ones are reported and stop nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_graph.transfer.mapping import FileMapping, Key, RecordMapping
from crm_graph.transfer.source import CSVSource, Line, SourceRefused


def file_of(*columns: str, encoding: str = "utf-8", values: dict[str, dict[str, str]] | None = None) -> FileMapping:
    record = RecordMapping(object_type="contact", key=Key(columns=columns or ("name",), key_space="people"))
    return FileMapping(path="people.csv", encoding=encoding, values=values or {}, records=(record,))


def lines_of(directory: Path, content: bytes, file: FileMapping) -> list[Line]:
    (directory / "people.csv").write_bytes(content)
    return list(CSVSource(directory).lines(file))


def test_cells_are_trimmed_and_counted_from_the_line_they_begin_on(tmp_path: Path) -> None:
    content = b'name,note\nAnn ,"first\nsecond"\n\nBen,x\n'
    assert lines_of(tmp_path, content, file_of()) == [
        Line(2, {"name": "Ann", "note": "first\nsecond"}),
        Line(5, {"name": "Ben", "note": "x"}),
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert lines_of(tmp_path, "\ufeffname\nAnn\n".encode(), file_of()) == [Line(2, {"name": "Ann"})]


def test_a_quoted_first_column_behind_a_byte_order_mark_is_found(tmp_path: Path) -> None:
    assert lines_of(tmp_path, '\ufeff"name"\nAnn\n'.encode(), file_of()) == [Line(2, {"name": "Ann"})]


def test_another_encoding_is_read_when_named(tmp_path: Path) -> None:
    content = "name\nJürgen\n".encode("cp1252")
    assert lines_of(tmp_path, content, file_of(encoding="cp1252")) == [Line(2, {"name": "Jürgen"})]


def test_bytes_of_another_encoding_spoil_their_row_alone(tmp_path: Path) -> None:
    content = b"name\nJ\xfcrgen\nAnn\n"
    assert lines_of(tmp_path, content, file_of()) == [
        Line(2, {}, "the line has bytes that are not utf-8"),
        Line(3, {"name": "Ann"}),
    ]


def test_a_row_with_too_many_cells_is_bad(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b"name\nAnn,x\nBen\n", file_of()) == [
        Line(2, {}, "the line has 2 cells, the header has 1"),
        Line(3, {"name": "Ben"}),
    ]


def test_an_unclosed_quote_ends_at_the_longest_cell(tmp_path: Path) -> None:
    content = b'name\n"' + b"x" * 1_000_001 + b"\nBen\n"
    found = lines_of(tmp_path, content, file_of())
    assert found[0].fault is not None
    assert "field larger than field limit" in found[0].fault
    assert found[-1] == Line(3, {"name": "Ben"})


def test_value_maps_of_a_file_correct_its_cells(tmp_path: Path) -> None:
    file = file_of(values={"name": {"Anne": "Ann"}})
    assert lines_of(tmp_path, b"name\nAnne\n", file) == [Line(2, {"name": "Ann"})]


def test_a_missing_column_is_named_with_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes(b"name,age\n")
    with pytest.raises(SourceRefused, match=r"people\.csv has no column mail\. It has: name, age\."):
        CSVSource(tmp_path).check(file_of("mail"))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match=r"people\.csv is not in"):
        CSVSource(tmp_path).check(file_of())


def test_a_column_that_stands_twice_is_refused_when_it_is_mapped(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes(b"name,name\n")
    with pytest.raises(SourceRefused, match="more than once"):
        CSVSource(tmp_path).check(file_of())


def test_rows_are_counted_without_the_header_and_empty_lines(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes(b"name\nAnn\n\nBen\n")
    assert CSVSource(tmp_path).count(file_of()) == 2
