"""Things found, and for how long they are kept."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import Key

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _points(table: str, *places: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in places
    ]


def upgrade() -> None:
    op.create_table(
        "found_item",
        sa.Column("id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("what", sa.String(120), nullable=False),
        sa.Column("room_no", sa.String(10), nullable=True),
        sa.Column("place", sa.String(80), nullable=True),
        sa.Column("stored_at", sa.String(80), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_by", Key(), nullable=True),
        sa.Column("found_department", sa.String(32), nullable=True),
        sa.Column("dispose_by", sa.Date(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("guest_id", Key(), nullable=True),
        sa.Column("stay_id", Key(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", Key(), nullable=True),
        sa.Column("settled_words", sa.String(300), nullable=True),
        sa.Column("has_photo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_points(
            "found_item",
            ("hotel_id", "hotel"), ("found_by", "staff"), ("guest_id", "guest"),
            ("stay_id", "stay"), ("settled_by", "staff"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_found_item")),
        sa.UniqueConstraint("hotel_id", "number", name=op.f("uq_found_item_hotel_id_number")),
    )  # fmt: skip
    op.create_index(
        "ix_found_item_hotel_id_state", "found_item", ["hotel_id", "state", "dispose_by"]
    )
    op.create_index("ix_found_item_hotel_id_room_no", "found_item", ["hotel_id", "room_no"])
    op.create_index("ix_found_item_guest_id", "found_item", ["guest_id"])
    op.create_table(
        "found_photo",
        sa.Column("item_id", Key(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("taken_in_at", sa.DateTime(timezone=True), nullable=False),
        *_points("found_photo", ("item_id", "found_item")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_found_photo")),
    )


def downgrade() -> None:
    op.drop_table("found_photo")
    op.drop_table("found_item")
