"""Names of backups, which of them go, and the outer form of the file."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.kit.errors import RuleBroken
from crm.safekeeping import rules, sealing
from crm.safekeeping.archive import leads_out
from crm.safekeeping.sealing import CHUNK, SealedReader, SealedWriter

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
KEY = "a-secret-key-that-only-tests-know-0123456789"


def names(*hours):
    return [rules.file_name(NOW - timedelta(hours=hour)) for hour in hours]


class TestNames:
    def test_say_when_and_sort_by_it(self):
        assert rules.file_name(NOW) == "keshi-20261124T030000000Z.keshi-backup"
        assert rules.made_at(rules.file_name(NOW)) == NOW

    @pytest.mark.parametrize(
        "other", ["", "x", "keshi-20261124T030000000Z", "keshi-20269924T030000000Z.keshi-backup"]
    )
    def test_that_are_none_of_ours_are_left_alone(self, other):
        assert rules.made_at(other) is None
        assert rules.outlived([other], daily=1, weekly=0) == []


class TestRotation:
    @pytest.mark.parametrize(
        ("hours", "daily", "weekly", "kept"),
        [
            ([0, 1, 2], 1, 0, [0]),
            ([0, 24, 48], 2, 0, [0, 24]),
            ([0, 4, 24, 30], 2, 0, [0, 4]),  # 03:00 and the day before at 23:00
            ([0, 24 * 7, 24 * 14, 24 * 21], 1, 3, [0, 24 * 7, 24 * 14]),
            ([0, 24, 24 * 8], 1, 2, [0, 24 * 2, 24 * 8]),
            ([24 * 400], 1, 0, [24 * 400]),
            ([], 7, 5, []),
        ],
    )
    def test_keeps_the_last_of_a_day_and_of_a_week(self, hours, daily, weekly, kept):
        gone = rules.outlived(names(*hours), daily=daily, weekly=weekly)
        assert set(names(*hours)) - set(gone) == set(names(*kept)) & set(names(*hours))

    @given(
        st.lists(st.integers(0, 24 * 90), unique=True, max_size=40),
        st.integers(1, 10),
        st.integers(0, 6),
    )
    def test_never_takes_the_newest_nor_more_than_it_may(self, hours, daily, weekly):
        there = names(*hours)
        left = set(there) - set(rules.outlived(there, daily=daily, weekly=weekly))
        assert left <= set(there)
        assert not there or max(there) in left
        days = {rules.made_at(name).date() for name in there}
        assert min(daily, len(days)) <= len(left) <= daily + weekly + 1 or not there
        assert rules.outlived(left, daily=daily, weekly=weekly) == []  # once is enough


def written(content, *, sealed=True, parts=1):
    out = io.BytesIO()
    writer = SealedWriter(out, KEY, sealed=sealed)
    size = max(1, len(content) // parts)
    for at in range(0, len(content), size):
        writer.write(content[at : at + size])
    writer.finish()
    return out


class TestSealing:
    @pytest.mark.parametrize("sealed", [True, False])
    @pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
    def test_gives_back_what_was_written(self, size, sealed):
        content = bytes(i % 251 for i in range(size))
        reader = SealedReader(written(content, sealed=sealed, parts=3), KEY)
        assert reader.read() == content
        assert reader.seek(-10, io.SEEK_END) == max(0, size - 10)
        assert reader.read() == content[-10:]

    @pytest.mark.parametrize("sealed", [True, False])
    @pytest.mark.parametrize("cut", [1, 15, CHUNK, CHUNK + 16, CHUNK + 32])
    def test_a_cut_tail_is_seen_at_once(self, cut, sealed):
        whole = written(bytes(3 * CHUNK + 5), sealed=sealed).getvalue()
        with pytest.raises(RuleBroken):
            SealedReader(io.BytesIO(whole[:-cut]), KEY)

    @pytest.mark.parametrize("sealed", [True, False])
    def test_chunks_cannot_change_places_nor_files(self, sealed):
        content = bytearray(written(bytes(2 * CHUNK + 5), sealed=sealed).getvalue())
        other = written(bytes(2 * CHUNK + 5), sealed=sealed).getvalue()
        extra = 16 if sealed else 32
        begin = len(content) - (2 * (CHUNK + extra) + 5 + extra)
        step = CHUNK + extra
        swapped = content[:begin] + content[begin + step : begin + 2 * step]
        swapped += content[begin : begin + step] + content[begin + 2 * step :]
        foreign = content[:begin] + other[begin : begin + step] + content[begin + step :]
        for bad in (swapped, foreign):
            with pytest.raises(RuleBroken, match="damaged"):
                SealedReader(io.BytesIO(bytes(bad)), KEY).authenticate()

    def test_another_key_is_told_from_damage(self):
        whole = written(b"x")
        with pytest.raises(RuleBroken) as refusal:
            SealedReader(whole, KEY + "x")
        assert refusal.value.code == "backup_other_key"
        with pytest.raises(RuleBroken) as refusal:
            SealedReader(io.BytesIO(b"PK\x03\x04 something else"), KEY)
        assert refusal.value.code == "backup_foreign"

    def test_no_header_breaks_the_reader(self):
        whole = written(b"x").getvalue()
        for end in range(len(whole)):
            with pytest.raises(RuleBroken):
                SealedReader(io.BytesIO(whole[:end]), KEY)
        assert whole[:8] == sealing.MAGIC

    def test_two_backups_of_the_same_have_nothing_in_common(self):
        one, two = written(b"the same").getvalue(), written(b"the same").getvalue()
        assert one[-24:] != two[-24:]


@pytest.mark.parametrize(
    ("name", "out"),
    [
        ("documents/ab/cd", False),
        ("../documents/ab", True),
        ("documents/../../x", True),
        ("/etc/passwd", True),
        ("a\\b", True),
        ("a\0b", True),
    ],
)
def test_paths_that_lead_out_of_the_data_folder_are_seen(name, out):
    assert leads_out(name) is out
