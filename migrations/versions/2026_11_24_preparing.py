"""Arrivals prepared ahead, and how far each file is."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import JsonDoc, Key

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stay_preparation",
        sa.Column("stay_id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("prepared_by", Key(), nullable=True),
        sa.Column("settled", JsonDoc(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_stay_preparation_{column}")
            )
            for column, table in (
                ("stay_id", "stay"), ("hotel_id", "hotel"), ("prepared_by", "staff"),
            )
        ),
        sa.PrimaryKeyConstraint("stay_id", name=op.f("pk_stay_preparation")),
    )  # fmt: skip
    op.create_index("ix_stay_preparation_hotel_id", "stay_preparation", ["hotel_id"])
    op.create_table(
        "preparation",
        sa.Column("id", Key(), nullable=False),
        sa.Column("stay_id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("department", sa.String(32), nullable=False),
        sa.Column("value", sa.String(60), nullable=True),
        sa.Column("preference_id", Key(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", Key(), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.{key}"], name=op.f(f"fk_preparation_{column}")
            )
            for column, table, key in (
                ("stay_id", "stay", "id"), ("hotel_id", "hotel", "id"),
                ("guest_id", "guest", "id"), ("code", "preference_code", "code"),
                ("preference_id", "preference", "id"), ("done_by", "staff", "id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preparation")),
        sa.UniqueConstraint(
            "stay_id", "code", "department", name=op.f("uq_preparation_stay_id_code_department")
        ),
    )  # fmt: skip
    for column in ("hotel_id", "guest_id", "preference_id"):
        op.create_index(f"ix_preparation_{column}", "preparation", [column])


def downgrade() -> None:
    op.drop_table("preparation")
    op.drop_table("stay_preparation")
