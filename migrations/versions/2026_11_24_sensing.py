"""Habits that the records show, as proposals with their evidence."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import Key

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "habit",
        sa.Column("id", Key(), nullable=False),
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("value", sa.String(60), nullable=False),
        sa.Column("occasion", sa.String(32), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("out_of", sa.Integer(), nullable=False),
        sa.Column("base_per_mille", sa.Integer(), nullable=False),
        sa.Column("lift_percent", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=True),
        sa.Column("against_code", sa.String(24), nullable=True),
        sa.Column("last_case_on", sa.Date(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", Key(), nullable=True),
        sa.Column("cases_when_answered", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_habit_{column}"))
            for column, to in (
                ("guest_id", "guest.id"),
                ("hotel_id", "hotel.id"),
                ("code", "preference_code.code"),
                ("against_code", "preference_code.code"),
                ("answered_by", "staff.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_habit")),
        sa.UniqueConstraint("guest_id", "code", "value", name=op.f("uq_habit_guest_id_code_value")),
    )
    op.create_index(
        "ix_habit_open",
        "habit",
        ["hotel_id", "last_case_on", "id"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "base_rate",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("occasion", sa.String(32), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("value", sa.String(60), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("stays", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_base_rate_hotel_id")),
        sa.PrimaryKeyConstraint("hotel_id", "occasion", "code", "value", name=op.f("pk_base_rate")),
    )
    op.create_table(
        "folio_rule",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(200), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("value", sa.String(60), nullable=False),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_folio_rule_hotel_id")),
        sa.ForeignKeyConstraint(
            ["code"], ["preference_code.code"], name=op.f("fk_folio_rule_code")
        ),
        sa.PrimaryKeyConstraint("hotel_id", "no", name=op.f("pk_folio_rule")),
    )
    op.create_table(
        "sensing_pass",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("after_guest_id", Key(), nullable=True),
        sa.Column("guests", sa.Integer(), nullable=False),
        sa.Column("proposed", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_sensing_pass")),
    )


def downgrade() -> None:
    op.drop_table("sensing_pass")
    op.drop_table("folio_rule")
    op.drop_table("base_rate")
    op.drop_index("ix_habit_open", "habit")
    op.drop_table("habit")
