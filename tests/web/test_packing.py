"""What is packed on the way out, and the token that is never the same twice."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import CSRF
from web.packing import takes_packed
from web.tokens import fits, masked, unmasked


class TestToken:
    @given(st.text(min_size=12, max_size=80))  # a mask as long as that is not met twice by chance
    def test_is_another_text_each_time_and_fits(self, token):
        one, other = masked(token), masked(token)
        assert one != other
        assert unmasked(one) == unmasked(other) == token.encode()
        assert fits(one, token)
        assert fits(other, token)

    @given(st.text(max_size=80), st.text(min_size=1, max_size=80))
    def test_no_other_text_fits(self, given_, token):
        if given_ != token and unmasked(given_) != token.encode():
            assert not fits(given_, token)

    @pytest.mark.parametrize("odd", ["", "a", "ä", "é" * 9, "====", "AAA"])
    def test_nonsense_is_refused_and_breaks_nothing(self, odd):
        assert not fits(odd, CSRF)


class TestAccepting:
    @pytest.mark.parametrize(
        ("said", "takes"),
        [
            ("gzip, deflate, br", True),
            ("br;q=1.0, gzip;q=0.8", True),
            ("GZIP", True),
            ("gzip;q=0", False),
            ("br", False),
            ("", False),
        ],
    )
    def test_by_what_the_browser_says(self, said, takes):
        assert takes_packed(said) is takes


class TestAnswers:
    @pytest.fixture
    def backend(self):
        return "sqlite"

    def raw(self, client, path, accepted="gzip"):
        with client.stream("GET", path, headers={"Accept-Encoding": accepted}) as answer:
            return answer.headers, b"".join(answer.iter_raw())

    def test_files_are_packed_for_who_reads_it_and_tagged_apart(self, client):
        plain, whole = self.raw(client, "/static/keshi.css?v=1", "identity")
        packed, short = self.raw(client, "/static/keshi.css?v=1")
        assert gzip.decompress(short) == whole
        assert len(short) * 3 < len(whole)
        assert "Accept-Encoding" in plain["vary"]
        assert "Accept-Encoding" in packed["vary"]
        assert plain["etag"] != packed["etag"]
        assert packed["cache-control"] == plain["cache-control"]

    def test_what_is_packed_already_is_left_alone(self, client):
        headers, _ = self.raw(client, "/static/fonts/inter-latin-wght-normal.woff2")
        assert "content-encoding" not in headers

    def test_of_the_pages_only_the_floor_is_packed(self, client):
        client.as_("front_desk")
        assert self.raw(client, "/rooms?only=all")[0]["content-encoding"] == "gzip"
        for path in ("/today", "/guests?q=zzzz", "/lost?q=zzzz"):
            assert "content-encoding" not in self.raw(client, path)[0], path

    def test_the_floor_repeats_nothing_that_was_asked(self, client):
        client.as_("front_desk")
        assert "zqzqzq" not in client.get("/rooms", params={"floor": "zqzqzq"}).text
        assert client.get("/rooms", params={"only": "zqzqzq"}).status_code == 422

    def test_a_masked_token_of_a_page_is_taken_and_another_refused(self, client):
        client.as_("front_desk")
        token = client.get("/rooms/pass").json()["csrf"]
        assert token != CSRF
        for given_, status in ((token, 303), (token[:-2] + "AA", 403), ("", 403)):
            client.headers["X-CSRF-Token"] = given_
            assert client.post("/session/theme", data={"theme": "dark"}).status_code == status


class TestWorker:
    @pytest.fixture
    def backend(self):
        return "sqlite"

    def test_is_served_from_the_root_and_asked_for_anew(self, client):
        answer = client.get("/sw.js")
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["service-worker-allowed"] == "/"
        assert answer.headers["cache-control"] == "no-cache"

    def test_can_be_installed(self, client):
        told = client.get("/manifest.webmanifest").json()
        assert (told["display"], told["start_url"]) == ("standalone", "/rooms")
        for icon in told["icons"]:
            assert client.get(icon["src"]).headers["content-type"] == "image/png"

    def test_a_stranger_gets_no_pass(self, client):
        assert client.get("/rooms/pass").status_code in (303, 401)
