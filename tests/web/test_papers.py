"""Papers: one page that holds its lines, a pack that opens with its passphrase only."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.briefing import packs, service
from crm.briefing.rules import FIRST_TO_FIT, Room, ems, fit_to_page, lines_of
from crm.briefing.schemas import (
    Briefing,
    Entry,
    Numbers,
    Pack,
    PackLine,
    PassphraseSet,
    Remark,
    Section,
)
from crm.briefing.terms import Edition, Paper, SectionName
from crm.kit.ids import new_id
from crm.kit.settings import in_force
from crm.kit.vault import Vault
from crm.profile.schemas import Weight
from tests.conftest import SECRET
from tests.crm.profile.planted import chen
from tests.factories import an_actor
from web.papers import briefing_paper, jobs, pack_paper
from web.papers.briefing_paper import Copy
from web.papers.drawing import Piece, broken, runs, width, writable_names
from web.papers.sheet import PAGE_LINES, written

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
LINE = PackLine(
    at="15:30", room="1808", name="陈静怡", latin_name="CHEN Jingyi", people=2, nights=3,
    leaves_on=date(2026, 11, 27), must_know=["No peanuts anywhere", "房内不放花生"],
)  # fmt: skip
PACK = Pack(
    hotel_id=new_id(), hotel_name="湖畔酒店", day=date(2026, 11, 24), zone="Asia/Shanghai",
    made_at=NOW, destroy_by=NOW + timedelta(days=1), language=Paper.CHINESE,
    arrivals=[LINE], in_house=[LINE.model_copy(update={"room": f"{no}"}) for no in range(100, 200)],
)  # fmt: skip
COPY = Copy("en", "Lakeside Hotel", "Asia/Shanghai", "Ms Lin 林", NOW, "https://k.example/briefing")


def full(name_of, *, sections=SectionName, entries=60):
    """A page with far more than fits."""
    remark = Remark(
        weight=Weight.MUST_KNOW,
        field="preference.special",
        text="No peanuts anywhere, 房内不放花生, tell the kitchen and all outlets before arrival",
    )
    return Briefing(
        hotel_id=new_id(), edition=Edition.FRONT_DESK, day=date(2026, 11, 24), made_at=NOW,
        numbers=Numbers(arrivals=200, in_house=400, departures=180, rooms=420, occupied=400,
                        tonight=415, guests=611, guests_due=333),
        sections=[
            Section(name=name, entries=[
                Entry(at="15:30", room="1808", name=name_of(no), latin_name="Zhang-Wilhelmsen, Xi",
                      number=no + 1, remarks=[remark])
                for no in range(entries)
            ])
            for name in sections
        ],
    )  # fmt: skip


def text_of(content, passphrase=None):
    reader = pypdf.PdfReader(BytesIO(content))
    if passphrase is not None:
        assert reader.decrypt(passphrase)
    return [page.extract_text() for page in reader.pages]


class TestOnePage:
    @given(st.lists(st.tuples(st.sampled_from(list(SectionName)),
                              st.lists(st.floats(0.2, 4), max_size=80)),
                    max_size=13, unique_by=lambda part: part[0]))  # fmt: skip
    def test_never_holds_more_lines_than_a_page(self, parts):
        rooms = [Room(name, entries) for name, entries in parts]
        shown = fit_to_page(rooms, PAGE_LINES)
        tall = sum(room.heading + sum(room.entries[: shown[room.name]]) for room in rooms)
        assert tall <= PAGE_LINES
        assert all(0 <= shown[room.name] <= len(room.entries) for room in rooms)

    def test_prints_everything_where_everything_fits(self):
        rooms = [Room(name, [1.0, 1.0]) for name in list(SectionName)[:8]]
        assert set(fit_to_page(rooms, PAGE_LINES).values()) == {2}

    def test_what_protects_people_goes_before_the_rest(self):
        rooms = [Room(name, [1.0] * 40) for name in SectionName]
        shown = fit_to_page(rooms, 90)
        assert shown[SectionName.ALLERGIES] + shown[SectionName.CARE] > 2 * max(
            count for name, count in shown.items()
            if name not in (SectionName.ALLERGIES, SectionName.CARE)
        )  # fmt: skip
        assert min(shown.values()) >= 0

    def test_every_section_has_its_turn(self):
        assert set(FIRST_TO_FIT) == set(SectionName)

    @pytest.mark.parametrize("name_of", [lambda no: f"张{no}", lambda no: "Wolfeschlegel, Hubert"])
    @pytest.mark.parametrize("language", ["en", "zh-Hans"])
    def test_a_full_day_is_one_a4(self, name_of, language):
        sheet = written(full(name_of), language)
        content = briefing_paper.draw(sheet, COPY._replace(language=language))
        (page,) = text_of(content)
        box = pypdf.PdfReader(BytesIO(content)).pages[0].mediabox
        assert (round(box.width), round(box.height)) == (595, 842)
        assert "Ms Lin" in page
        assert lowest(content) > briefing_paper.HEIGHT - briefing_paper.BOTTOM

    def test_says_what_is_not_on_it(self):
        (page,) = text_of(briefing_paper.draw(written(full(lambda _: "王芳"), "en"), COPY))
        assert "the rest on the live page" in page
        assert "Confidential. Destroy after" in page

    def test_a_quiet_day_says_so(self):
        quiet = full(str, entries=0, sections=())
        (page,) = text_of(briefing_paper.draw(written(quiet, "en"), COPY))
        assert "Nothing special today." in page


def lowest(content):
    """The lowest baseline on the page, in points from its lower edge."""
    heights = []
    page = pypdf.PdfReader(BytesIO(content)).pages[0]
    page.extract_text(visitor_text=lambda text, _cm, tm, *_: text.strip() and heights.append(tm[5]))
    return min(heights)


class TestTexts:
    @given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60),
           st.floats(40, 400))  # fmt: skip
    def test_no_line_is_wider_than_its_column_and_nothing_is_lost(self, text, wide):
        lines = list(broken([Piece(text)], wide, 9))
        for line in lines:
            whole = "".join(piece.text for piece in line).rstrip()
            assert width(whole, 9) <= wide + 0.01 or len(whole) == 1
        kept = "".join(piece.text for line in lines for piece in line)
        assert "".join(kept.split()) == "".join(text.split())

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("Łukasz Żółć", "Łukasz Żółć"),
            ("Nguyễn", "Nguyên"),
            ("陳靜怡 陈静怡", "陳靜怡 陈静怡"),
            ("김지우", "김지우"),
            ("岡田 はな", "岡田 はな"),
            ("Иван", "Иван"),
        ],
    )
    def test_names_of_the_world(self, text, shown):
        assert "".join(run.text for run in runs(text)) in {shown, "Nguyen"}

    def test_a_name_in_a_script_without_a_font_gives_way_to_its_latin_form(self):
        assert writable_names("نور السيد", "Al-Sayed, Noor") == ("Al-Sayed, Noor", "")
        assert writable_names("陈静怡", "CHEN Jingyi") == ("陈静怡", "CHEN Jingyi")

    def test_the_measure_of_the_page_is_on_the_safe_side(self):
        for text in ("陈静怡 CHEN Jingyi Platinum 14th stay", "No peanuts anywhere", "LiLi 1234567",
                     "wants: High floor · Away from the lift · Quiet side"):  # fmt: skip
            assert ems(text) * 9 >= width(text, 9, bold=True) * 0.97, text
        assert lines_of("", 40) == 1
        assert lines_of("静" * 81, 40) == 3


class TestPack:
    def test_opens_with_the_passphrase_only(self):
        content = pack_paper.draw(PACK, "lakeview 西湖 2026")
        locked = pypdf.PdfReader(BytesIO(content))
        assert locked.is_encrypted
        assert locked.trailer["/Encrypt"]["/V"] == 5
        for wrong in ("", "lakeview", "LAKEVIEW 西湖 2026"):
            assert not pypdf.PdfReader(BytesIO(content)).decrypt(wrong)
        pages = text_of(content, "lakeview 西湖 2026")
        assert len(pages) > 1
        whole = "\n".join(pages)
        for word in ("陈静怡", "CHEN Jingyi", "1808", "No peanuts anywhere", "房内不放花生", "199"):
            assert word in whole
        assert all("销毁" in page for page in pages)
        assert b"CHEN" not in content

    def test_holds_instructions_and_no_reasons(self, db):
        planted = chen(db)
        made = packs.pack(db, planted.hotel, language=Paper.ENGLISH)
        (line,) = made.arrivals
        assert (line.room, line.name, line.must_know) == (
            "1808", "陈静怡", ["No peanuts anywhere"],
        )  # fmt: skip
        text = made.model_dump_json()
        for hidden in ("8866", "example.com", "adrenaline", "Peanut allergy", "412000"):
            assert hidden not in text

    def test_the_last_two_are_kept(self, tmp_path):
        hotel = new_id()
        for hours in range(4):
            packs.keep(tmp_path, hotel, b"%d" % hours, made_at=NOW + timedelta(hours=4 * hours))
        assert [kept.made_at.hour for kept in packs.kept(tmp_path, hotel)] == [13, 9]
        assert packs.newest(tmp_path, hotel)[1] == b"3"
        (newest, *_) = sorted((tmp_path / "packs" / str(hotel)).iterdir(), reverse=True)
        assert newest.stat().st_mode & 0o077 == 0
        assert packs.remove_all(tmp_path, hotel) == 2
        assert packs.kept(tmp_path, hotel) == []

    def test_is_made_by_its_job_once_there_is_a_passphrase(self, db, tmp_path):
        planted = chen(db)
        settings = in_force().model_copy(update={"data_dir": tmp_path})
        assert jobs.make(db, planted.hotel, settings) is None
        by = an_actor("it", planted.hotel)
        wanted = PassphraseSet(passphrase="four words in a row")
        service.set_passphrase(db, wanted, by=by, vault=Vault(SECRET))
        path = jobs.make(db, planted.hotel, settings)
        assert "陈静怡" in "".join(text_of(path.read_bytes(), "four words in a row"))
