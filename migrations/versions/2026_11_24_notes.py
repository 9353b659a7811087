"""Typed notes, traces for departments, and what is handed over."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import Key

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _points(table: str, *places: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in places
    ]


def upgrade() -> None:
    with op.batch_alter_table("note") as batch:
        batch.add_column(sa.Column("stay_id", Key(), nullable=True))
        batch.add_column(sa.Column("kind", sa.String(32), nullable=False, server_default="remark"))
        batch.add_column(sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("struck_by", Key(), nullable=True))
        batch.add_column(sa.Column("struck_why", sa.String(300), nullable=True))
        batch.create_foreign_key(op.f("fk_note_stay_id"), "stay", ["stay_id"], ["id"])
        batch.create_foreign_key(op.f("fk_note_struck_by"), "staff", ["struck_by"], ["id"])
    op.create_table(
        "note_version",
        sa.Column("note_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("department", sa.String(32), nullable=True),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", Key(), nullable=True),
        *_points("note_version", ("note_id", "note"), ("replaced_by", "staff")),
        sa.PrimaryKeyConstraint("note_id", "no", name=op.f("pk_note_version")),
    )
    op.create_table(
        "note_reader",
        sa.Column("note_id", Key(), nullable=False),
        sa.Column("staff_id", Key(), nullable=False),
        *_points("note_reader", ("note_id", "note"), ("staff_id", "staff")),
        sa.PrimaryKeyConstraint("note_id", "staff_id", name=op.f("pk_note_reader")),
    )
    op.create_table(
        "trace",
        sa.Column("id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("guest_id", Key(), nullable=True),
        sa.Column("stay_id", Key(), nullable=True),
        sa.Column("room_no", sa.String(10), nullable=True),
        sa.Column("department", sa.String(32), nullable=False),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_promise", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("origin_id", Key(), nullable=True),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_by", Key(), nullable=True),
        sa.Column("put_department", sa.String(32), nullable=True),
        sa.Column("owner_id", Key(), nullable=True),
        sa.Column("handed_from", sa.String(32), nullable=True),
        sa.Column("handed_words", sa.String(300), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", Key(), nullable=True),
        sa.Column("closed_words", sa.String(300), nullable=True),
        sa.Column("escalation", sa.Integer(), nullable=False),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_points(
            "trace",
            ("hotel_id", "hotel"), ("guest_id", "guest"), ("stay_id", "stay"),
            ("put_by", "staff"), ("owner_id", "staff"), ("closed_by", "staff"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trace")),
    )  # fmt: skip
    op.create_index(
        "ix_trace_open",
        "trace",
        ["hotel_id", "due_at"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_trace_hotel_id_due_at", "trace", ["hotel_id", "due_at"])
    op.create_index("ix_trace_guest_id", "trace", ["guest_id", "due_at"])
    op.create_index("ix_trace_stay_id", "trace", ["stay_id"])
    op.create_table(
        "handover_check",
        sa.Column("trace_id", Key(), nullable=False),
        sa.Column("shift_on", sa.Date(), nullable=False),
        sa.Column("shift", sa.String(32), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_by", Key(), nullable=True),
        *_points("handover_check", ("trace_id", "trace"), ("seen_by", "staff")),
        sa.PrimaryKeyConstraint("trace_id", "shift_on", "shift", name=op.f("pk_handover_check")),
    )


def downgrade() -> None:
    for table in ("handover_check", "trace", "note_reader", "note_version"):
        op.drop_table(table)
    with op.batch_alter_table("note") as batch:
        batch.drop_constraint(op.f("fk_note_struck_by"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_note_stay_id"), type_="foreignkey")
        for name in ("struck_why", "struck_by", "struck_at", "kind", "stay_id"):
            batch.drop_column(name)
