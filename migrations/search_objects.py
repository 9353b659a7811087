"""The full-text and trigram objects behind the look-up: what SQLite and PostgreSQL each need.

They are made and dropped by migrations and are invisible to autogenerate.
"""

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

FTS_TABLES = ("guest_words", "guest_trigrams")
PG_INDEXES = (
    "ix_guest_search_words",
    "ix_guest_search_pinyin_trigrams",
)
_TRIGGERS = ("guest_search_insert", "guest_search_delete", "guest_search_update")


def is_search_object(name: str | None, kind: str) -> bool:
    """Whether autogenerate should look away."""
    if name is None:
        return False
    if kind == "table":
        return name.startswith(FTS_TABLES)
    return kind == "index" and name in PG_INDEXES


def create(connection: Connection) -> None:
    """Make the objects of this database; existing ones are left alone."""
    if connection.dialect.name == "sqlite":
        _create_sqlite(connection)
    else:
        _create_postgres(connection)


def renew_words(connection: Connection) -> None:
    """SQLite: make the index of tokens anew, as it is written here, from the search table."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("DROP TABLE IF EXISTS guest_words"))
        _create_sqlite(connection)
        connection.execute(text("INSERT INTO guest_words(guest_words) VALUES ('rebuild')"))


def drop(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        for trigger in _TRIGGERS:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {trigger}"))
        for table in FTS_TABLES:
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
    else:
        for index in PG_INDEXES:
            connection.execute(text(f"DROP INDEX IF EXISTS {index}"))


def missing(connection: Connection) -> list[str]:
    """Which of these objects are not there; the trigrams' index needs its extension."""
    if connection.dialect.name == "sqlite":
        wanted = [*FTS_TABLES, *_TRIGGERS]
        query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger')"
    else:
        wanted = [*PG_INDEXES]
        query = "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"
        extensions = connection.execute(text("SELECT extname FROM pg_extension")).scalars()
        if "pg_trgm" not in set(extensions):
            wanted.remove("ix_guest_search_pinyin_trigrams")
    there = set(connection.execute(text(query)).scalars())
    return [name for name in wanted if name not in there]


def _create_sqlite(connection: Connection) -> None:
    """External-content FTS5: the tokens of `doc`, trigrams of `pinyin`.

    The ``ascii`` tokenizer leaves the tokens as they were made (all beyond ASCII counts as a
    letter); unicode61 would fold again and cut at characters newer than its tables. Starts of
    one to four characters have an index of their own: gathering them takes 20 ms of a million.
    """
    statements = (
        """CREATE VIRTUAL TABLE IF NOT EXISTS guest_words USING fts5(
             doc, content='guest_search', content_rowid='id', detail=none, columnsize=0,
             tokenize="ascii", prefix='1 2 3 4')""",
        """CREATE VIRTUAL TABLE IF NOT EXISTS guest_trigrams USING fts5(
             pinyin, content='guest_search', content_rowid='id',
             detail=none, columnsize=0, tokenize="trigram")""",
        """CREATE TRIGGER IF NOT EXISTS guest_search_insert AFTER INSERT ON guest_search BEGIN
             INSERT INTO guest_words(rowid, doc) VALUES (new.id, new.doc);
             INSERT INTO guest_trigrams(rowid, pinyin) VALUES (new.id, new.pinyin);
           END""",
        """CREATE TRIGGER IF NOT EXISTS guest_search_delete AFTER DELETE ON guest_search BEGIN
             INSERT INTO guest_words(guest_words, rowid, doc) VALUES ('delete', old.id, old.doc);
             INSERT INTO guest_trigrams(guest_trigrams, rowid, pinyin)
               VALUES ('delete', old.id, old.pinyin);
           END""",
        """CREATE TRIGGER IF NOT EXISTS guest_search_update AFTER UPDATE ON guest_search BEGIN
             INSERT INTO guest_words(guest_words, rowid, doc) VALUES ('delete', old.id, old.doc);
             INSERT INTO guest_words(rowid, doc) VALUES (new.id, new.doc);
             INSERT INTO guest_trigrams(guest_trigrams, rowid, pinyin)
               VALUES ('delete', old.id, old.pinyin);
             INSERT INTO guest_trigrams(rowid, pinyin) VALUES (new.id, new.pinyin);
           END""",
    )
    for statement in statements:
        connection.execute(text(statement))


def _create_postgres(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE INDEX IF NOT EXISTS ix_guest_search_words ON guest_search USING gin "
            "(array_to_tsvector(string_to_array(doc, ' '))) WITH (fastupdate = off)"
        )
    )
    if _trigrams_at_hand(connection):
        connection.execute(
            text(
                "CREATE INDEX IF NOT EXISTS ix_guest_search_pinyin_trigrams ON guest_search "
                "USING gin (pinyin gin_trgm_ops) WITH (fastupdate = off)"
            )
        )


def _trigrams_at_hand(connection: Connection) -> bool:
    """Create pg_trgm where that is allowed; the look-up falls back to tokens without it."""
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    except DBAPIError:
        return False
    return True
