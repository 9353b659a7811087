"""Alerts by rule, and that they were put aside."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import JsonDoc, Key

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _points(table: str, *places: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in places
    ]


def upgrade() -> None:
    op.create_table(
        "alert_book",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("edition", Key(), nullable=False),
        *_points("alert_book", ("hotel_id", "hotel")),
        sa.PrimaryKeyConstraint("hotel_id", name=op.f("pk_alert_book")),
    )
    op.create_table(
        "alert_rule",
        sa.Column("id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("who", JsonDoc(), nullable=False),
        sa.Column("text_en", sa.String(160), nullable=False),
        sa.Column("text_zh", sa.String(160), nullable=True),
        sa.Column("weight", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("departments", JsonDoc(), nullable=False),
        sa.Column("instruction_en", sa.String(160), nullable=True),
        sa.Column("instruction_zh", sa.String(160), nullable=True),
        sa.Column("moments", JsonDoc(), nullable=False),
        sa.Column("places", JsonDoc(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("shipped_as", sa.String(40), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", Key(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_points("alert_rule", ("hotel_id", "hotel"), ("changed_by", "staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_rule")),
    )
    op.create_index("ix_alert_rule_hotel_id", "alert_rule", ["hotel_id", "position"])
    op.create_table(
        "alert_rule_version",
        sa.Column("rule_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("definition", JsonDoc(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", Key(), nullable=True),
        *_points("alert_rule_version", ("rule_id", "alert_rule"), ("replaced_by", "staff")),
        sa.PrimaryKeyConstraint("rule_id", "no", name=op.f("pk_alert_rule_version")),
    )
    op.create_table(
        "alert_showing",
        sa.Column("rule_id", Key(), nullable=False),
        sa.Column("stay_id", Key(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        *_points("alert_showing", ("rule_id", "alert_rule"), ("stay_id", "stay")),
        sa.PrimaryKeyConstraint("rule_id", "stay_id", name=op.f("pk_alert_showing")),
    )
    op.create_index("ix_alert_showing_stay_id", "alert_showing", ["stay_id"])
    op.create_table(
        "alert_dismissal",
        sa.Column("stay_id", Key(), nullable=False),
        sa.Column("alert_key", sa.String(60), nullable=False),
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("rule_id", Key(), nullable=True),
        sa.Column("put_aside_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_aside_by", Key(), nullable=True),
        *_points(
            "alert_dismissal",
            ("stay_id", "stay"), ("guest_id", "guest"), ("hotel_id", "hotel"),
            ("rule_id", "alert_rule"), ("put_aside_by", "staff"),
        ),
        sa.PrimaryKeyConstraint("stay_id", "alert_key", name=op.f("pk_alert_dismissal")),
    )  # fmt: skip
    op.create_index("ix_alert_dismissal_guest_id", "alert_dismissal", ["guest_id"])
    op.create_index("ix_alert_dismissal_rule_id", "alert_dismissal", ["rule_id"])


def downgrade() -> None:
    for table in ("alert_dismissal", "alert_showing", "alert_rule_version", "alert_rule"):
        op.drop_table(table)
    op.drop_table("alert_book")
