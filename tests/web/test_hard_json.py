"""Bodies that two parsers could read differently are refused before anybody reads them."""

import json
from contextlib import suppress

import pytest
from fastapi import HTTPException
from hypothesis import given
from hypothesis import strategies as st

from web.hard_json import DEPTH_MAX, read_json

REFUSED = {
    "json_encoding": [b"\xff\xfe{\x00}\x00", "\ufeff{}".encode(), '{"a":"张"}'.encode("gb18030")],
    "json_duplicate_key": [b'{"a":1,"a":2}', b'[{"x":{"y":1,"y":1}}]'],
    "json_number": [b'{"a":NaN}', b"[Infinity]", b"[-Infinity]"],
    "json_depth": [b"[" * 21 + b"]" * 21, b'{"a":' * 900 + b"1" + b"}" * 900, b"[" * 100_000],
    "json_surrogate": [b'{"a":"\\ud800"}', b'{"\\udfff":1}', b'["a\\ud83d"]'],
    "json_invalid": [b"", b"{", b"{'a':1}", b"[1,]", b"// x\n{}", b'{"a":1}}', b"undefined"],
}


@pytest.mark.parametrize(
    ("code", "body"), [(code, body) for code, bodies in REFUSED.items() for body in bodies]
)
def test_refuses_with_a_stable_code(code, body):
    with pytest.raises(HTTPException) as refused:
        read_json(body)
    assert (refused.value.status_code, refused.value.detail) == (400, code)


def test_takes_an_emoji_written_as_a_pair():
    assert read_json(b'"\\ud83d\\ude00"') == "\U0001f600"


def test_brackets_in_text_are_no_depth():
    text = "[" * 100 + '\\"{'
    assert read_json(json.dumps({"a": text}).encode()) == {"a": text}


def test_takes_what_is_as_deep_as_allowed():
    body = b"[" * DEPTH_MAX + b"]" * DEPTH_MAX
    assert read_json(body) is not None


def test_a_number_too_large_for_a_float_does_not_pass_as_finite():
    # 1e309 is no constant to the parser; it becomes infinity, which schemas refuse.
    assert read_json(b"[1e309]") == [float("inf")]


leaves = st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"))
documents = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(documents)
def test_reads_every_ordinary_document_as_json_does(document):
    assert read_json(json.dumps(document, ensure_ascii=False).encode()) == document


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_never_more(body):
    with suppress(_Refused):
        _read(body)


class _Refused(Exception):
    """A known refusal."""


def _read(body):
    try:
        read_json(body)
    except HTTPException as error:
        if error.status_code != 400:
            raise
        raise _Refused from error
