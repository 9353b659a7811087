"""A guest file as a first sketch of it would be, with the flaws that hostile input finds.

Each flaw is one that a stock FastAPI app had when it was measured, or one that real houses had.
"""

import csv
import json
import math
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request, Response
from pydantic import BaseModel
from starlette.responses import JSONResponse

FLAWS = {
    "server_error": "1e309 is stored first, and then no list can be written any more",
    "echoed": "a refusal quotes what was typed",
    "undocumented": "418 is in no description",
    "twins": "the last of two equal keys wins",
    "loose": "true is taken for 1, and a text for a number",
    "wildcard": "% in a search finds everybody",
    "half_change": "the file is written before the request is found to be wrong",
    "changed_text": "what is shown is not what was stored",
    "deep": "a body of any depth is read",
    "controls": "NUL and direction overrides are kept",
    "sql_told": "an error tells the statement",
    "ghost": "what was deleted can still be read",
}


UNCHECKED = Query(json_schema_extra={"minimum": -10, "maximum": 100})
"""A page's size that is described and never looked at."""


class GuestIn(BaseModel):
    name: str
    age: int = 0
    score: float = 0.0
    note: str = ""


class GuestOut(BaseModel):
    id: int
    name: str
    age: int


def create_app() -> FastAPI:
    """A fresh one, with one guest."""
    app = FastAPI()
    guests: dict[int, dict[str, Any]] = {
        1: {"id": 1, "name": "Chen Jiayi", "age": 40, "score": 1.0, "note": ""}
    }
    deleted: dict[int, dict[str, Any]] = {}
    app.state.rows = lambda: json.dumps(list(guests.values()))

    @app.post("/guests", status_code=201, response_model=GuestOut)
    async def register(request: Request, answer: Response, _: GuestIn) -> Any:
        asked = json.loads(await request.body())
        row = {"age": 0, "score": 0.0, "note": ""} | asked | {"id": len(guests) + 1}
        guests[row["id"]] = row
        if "'" in row["name"]:
            raise HTTPException(422, f"{row['name']} in INSERT INTO guest (name) VALUES (?)")
        if math.isinf(float(row["score"])):
            raise RuntimeError("a number without end")
        row["name"] = row["name"].swapcase() if "\u1ec5" in row["name"] else row["name"]
        answer.headers["Location"] = f"/guests/{row['id']}"
        return row

    @app.get("/guests")
    def look_up(q: str = "", limit: Annotated[int, UNCHECKED] = 50) -> list[GuestOut]:
        kept = [g for g in guests.values() if q == "%" or q.lower() in str(g["name"]).lower()]
        found = [{"id": g["id"], "name": g["name"], "age": g["age"]} for g in kept]
        if limit < 0:
            raise RuntimeError("one database takes -1 for all, the other for an error")
        if limit % 2:
            found = [{"id": None}]
        return JSONResponse(found[: limit or 1])  # type: ignore[return-value]

    @app.get("/guests/{guest_id}", response_model=GuestOut, responses={404: {"description": "-"}})
    def read(guest_id: int) -> Any:
        if not 0 < guest_id < 1000:
            return Response(status_code=418)
        if guest_id not in guests and guest_id not in deleted:
            raise HTTPException(404)
        return guests.get(guest_id) or deleted[guest_id]

    @app.delete("/guests/{guest_id}", status_code=204, responses={404: {"description": "-"}})
    def delete(guest_id: int) -> None:
        if guest_id not in guests:
            raise HTTPException(404)
        deleted[guest_id] = guests.pop(guest_id)

    return app


# ---------------------------------------------------------------- readers of files
class _Sheet:
    """The counts of a file as a first sketch of a reader gives them."""

    def __init__(self, rows: int, new: int) -> None:
        self.rows, self.new = rows, new
        self.matched = self.unchanged = self.unclear = self.rejected = 0
        self.problems: list[Any] = []


def _trusting(sent: Any) -> Any:
    """Takes every file for UTF-8."""
    rows = sent.content.decode("utf-8").splitlines()
    return _Sheet(len(rows), len(rows))


def _forgetful(sent: Any) -> Any:
    """Leaves rows out without saying so: short ones are in no count."""
    rows = sent.content.decode("utf-8", errors="replace").splitlines()
    return _Sheet(len(rows), len([row for row in rows if len(row) > 3]))


def _swallowing(sent: Any) -> Any:
    """Lets the csv module raise whatever it likes."""
    text = sent.content.decode("utf-8", errors="replace")
    rows = list(csv.reader([text], strict=True))
    return _Sheet(len(rows), len(rows))


READERS = {
    "a reader that trusts the encoding": _trusting,
    "a reader that forgets rows": _forgetful,
    "a reader that raises what its library raises": _swallowing,
}
