"""The import pages: what the guest-file centre sees and can press, step by step."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from crm.kit import jobs
from tests.conftest import Client
from web.api import imports as door
from web.pages import imports as pages

GUESTS = "姓名,手机,出生日期,备注\n陈静怡,13800138000,,x\n李娜,ask,03/04/1990,\n"


@pytest.fixture(autouse=True)
def data_folder(client: Client, tmp_path: Path) -> None:
    client.app.state.settings.data_dir = tmp_path  # type: ignore[attr-defined]


def page(client: Client, path: str, status: int = 200) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def sent(client: Client, text: str | bytes = GUESTS, **form: str) -> str:
    raw = text.encode("gb18030") if isinstance(text, str) else text
    answer = client.post(
        "/imports", files={"file": ("客人.csv", raw, "text/csv")}, data={"kind": "guests"} | form
    )
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def chosen(found: BeautifulSoup) -> dict[str, str]:
    """The form of the columns as a browser would send it."""
    data = {}
    for select in found.select('form[action$="/columns"] select'):
        option = select.find("option", selected=True) or select.find("option")
        data[select["name"]] = option["value"]
    return data


def test_from_the_file_to_undo(client: Client) -> None:
    client.as_("file_centre")
    assert "Nothing was imported yet" in page(client, "/imports").text
    where = sent(client)
    columns = page(client, where)
    assert columns.select_one("#encoding option[selected]")["value"] == "gb18030"
    assert columns.select_one("#delimiter option[selected]")["value"] == ","
    form = chosen(columns)
    assert [form[f"field-{n}"] for n in range(4)] == ["name", "phone", "birthday", ""]
    form["format-2"] = "dd/mm/yyyy"
    assert client.post(f"{where}/columns", data=form).headers["location"] == where
    checked = page(client, where)
    assert "Import the row" in checked.text
    assert "This is no phone number." in checked.text
    assert "Choose the date format" not in checked.text
    assert client.post(f"{where}/commit").status_code == 303
    done = page(client, where)
    assert "Undo this import" in done.text
    rejects = client.get(f"{where}/rejects.csv").content.decode("utf-8-sig")
    assert "手机: This is no phone number." in rejects
    assert client.post(f"{where}/undo").status_code == 303
    assert "Everything is as it was before." in page(client, where).text


def test_reading_it_otherwise(client: Client) -> None:
    client.as_("file_centre")
    where = sent(client, "name;city\nMüller;Köln\n".encode("cp1252"))
    client.post(f"{where}/reading", data={"encoding": "utf-8", "delimiter": ";"})
    again = page(client, where)
    assert again.select_one("#encoding option[selected]")["value"] == "utf-8"
    refused = client.post(f"{where}/reading", data={"encoding": "rot13"})
    assert refused.status_code == 422
    assert "This encoding is not offered." in refused.text


def test_a_refused_file_stays_on_the_page_with_the_reason(client: Client) -> None:
    client.as_("file_centre")
    answer = client.post("/imports", files={"file": ("a.csv", b"")}, data={"kind": "guests"})
    assert answer.status_code == 422
    found = BeautifulSoup(answer.text, "html.parser")
    assert found.select_one('[role="alert"]').text.count("The file is empty.") == 1


def test_a_mapping_that_cannot_work_says_so(client: Client) -> None:
    client.as_("file_centre")
    where = sent(client, b"city\nA\n")
    answer = client.post(f"{where}/columns", data={"field-0": "city"})
    assert answer.status_code == 422
    assert "Map a field that identifies the row." in answer.text


def test_large_files_are_checked_and_imported_in_the_background(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "AT_ONCE_BYTES", 10)
    monkeypatch.setattr(door, "AT_ONCE_ROWS", 1)
    client.as_("file_centre")
    where = sent(client, b"name,phone\nLi Na,13800138000\nWang Wei,13900139000\n")
    client.post(f"{where}/columns", data=chosen(page(client, where)))
    assert page(client, where).select_one("progress") is not None
    jobs.work_off(client.database)
    assert client.get(f"{where}/progress").headers["hx-redirect"] == where
    client.post(f"{where}/commit")
    bar = client.get(f"{where}/progress")
    assert "Importing: 0 of 2 rows" in bar.text
    jobs.work_off(client.database)
    assert client.get(f"{where}/progress").headers["hx-redirect"] == where


def test_a_preset_is_offered_next_time(client: Client) -> None:
    client.as_("file_centre")
    where = sent(client)
    client.post(f"{where}/columns", data=chosen(page(client, where)))
    assert client.post(f"{where}/preset", data={"name": "Our Guests"}).status_code == 303
    assert client.post(f"{where}/preset", data={"name": "!"}).status_code == 422
    offered = [o["value"] for o in page(client, "/imports").select("#preset option")]
    assert offered == ["", "hotel-bookings", "our-guests"]


def test_unclear_rows_are_decided_on_their_page(client: Client) -> None:
    client.as_("file_centre")
    for text in (b"name,phone\nLi Na,13800138000\n", b"name,phone\nWang Wei,13800138000\n"):
        where = sent(client, text)
        client.post(f"{where}/columns", data=chosen(page(client, where)))
        client.post(f"{where}/commit")
    assert "Decide the unclear rows" in page(client, where).text
    reviews = page(client, f"/reviews?import_id={where.rsplit('/', 1)[1]}")
    row = reviews.select_one("article.review")
    assert "The contact is known, but under another name." in row.text
    assert "13800138000" not in row.text
    form = row.select_one('form:has(button[value="new"])')
    back = form.select_one('[name="back"]')["value"]
    answer = client.post(form["action"], data={"verdict": "new", "back": back})
    assert answer.headers["location"] == back
    assert "Nothing waits" in page(client, "/reviews").text
    elsewhere = client.post(form["action"], data={"verdict": "new", "back": "https://evil.example"})
    assert elsewhere.status_code == 409


def test_in_chinese(client: Client) -> None:
    client.as_("file_centre", language="zh-Hans")
    where = sent(client)
    found = page(client, where)
    assert "文件的读法" in found.text
    client.post(f"{where}/columns", data=chosen(found))
    assert "日在前还是月在前" in page(client, where).text
    rejects = client.get(f"{where}/rejects.csv").content.decode("utf-8-sig")
    assert "这不是电话号码。" in rejects


@pytest.mark.parametrize("role", ["front_desk", "duty_manager", "it"])
def test_who_has_no_import_pages(client: Client, role: str) -> None:
    client.as_(role)
    page(client, "/imports", 403)
    page(client, "/reviews", 403)
