"""Cases from the first word to the next stay: clocks, causes, prevention, checks."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import JsonDoc, Key

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ADDED = (
    ("talk_id", Key()),
    ("visitor_name", sa.String(120)),
    ("visitor_contact", sa.String(120)),
    ("place", sa.String(80)),
    ("item", sa.String(60)),
    ("happened_at", sa.DateTime(timezone=True)),
    ("cause_detail", sa.String(200)),
    ("first_reply_due_at", sa.DateTime(timezone=True)),
    ("first_replied_at", sa.DateTime(timezone=True)),
    ("solved_at", sa.DateTime(timezone=True)),
    ("departs_at", sa.DateTime(timezone=True)),
)


def _points(table: str, *places: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in places
    ]


def upgrade() -> None:
    for name, kind in ADDED:
        op.add_column("complaint", sa.Column(name, kind, nullable=True))
    for name in ("reach_tries", "reopened"):
        op.add_column(
            "complaint", sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        )
    op.add_column(
        "complaint_step", sa.Column("kind", sa.String(32), nullable=False, server_default="noted")
    )
    with op.batch_alter_table("complaint") as batch:
        batch.alter_column("reach_tries", server_default=None)
        batch.alter_column("reopened", server_default=None)
    with op.batch_alter_table("complaint_step") as batch:
        batch.alter_column("kind", server_default=None)
    op.create_index("ix_trace_origin_id", "trace", ["origin_id"])
    op.create_index("ix_complaint_hotel_id_closed_at", "complaint", ["hotel_id", "closed_at"])
    op.create_index("ix_complaint_talk_id", "complaint", ["talk_id"])
    op.create_table(
        "complaint_pause",
        sa.Column("complaint_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        *_points("complaint_pause", ("complaint_id", "complaint")),
        sa.PrimaryKeyConstraint("complaint_id", "no", name=op.f("pk_complaint_pause")),
    )
    op.create_table(
        "complaint_staff",
        sa.Column("complaint_id", Key(), nullable=False),
        sa.Column("staff_id", Key(), nullable=False),
        *_points("complaint_staff", ("complaint_id", "complaint"), ("staff_id", "staff")),
        sa.PrimaryKeyConstraint("complaint_id", "staff_id", name=op.f("pk_complaint_staff")),
    )
    op.create_table(
        "case_word",
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("parent", sa.String(40), nullable=True),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("name_zh", sa.String(80), nullable=False),
        sa.Column("department", sa.String(32), nullable=True),
        sa.Column("is_sensitive", sa.Boolean(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("level", "code", name=op.f("pk_case_word")),
    )
    op.create_table(
        "complaint_target",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("severity", sa.String(32), nullable=False),
        sa.Column("first_reply_minutes", sa.Integer(), nullable=False),
        sa.Column("solve_minutes", sa.Integer(), nullable=False),
        sa.Column("warn_minutes", sa.Integer(), nullable=False),
        sa.Column("margin_minutes", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_points("complaint_target", ("hotel_id", "hotel")),
        sa.PrimaryKeyConstraint("hotel_id", "severity", name=op.f("pk_complaint_target")),
    )
    op.create_table(
        "work_hours",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("department", sa.String(32), nullable=False),
        sa.Column("hours", JsonDoc(), nullable=False),
        sa.Column("holidays", JsonDoc(), nullable=False),
        sa.Column("extra_days", JsonDoc(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_points("work_hours", ("hotel_id", "hotel")),
        sa.PrimaryKeyConstraint("hotel_id", "department", name=op.f("pk_work_hours")),
    )
    op.create_table(
        "complaint_escalation",
        sa.Column("complaint_id", Key(), nullable=False),
        sa.Column("clock", sa.String(32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_role", sa.String(32), nullable=False),
        *_points("complaint_escalation", ("complaint_id", "complaint")),
        sa.PrimaryKeyConstraint(
            "complaint_id", "clock", "level", name=op.f("pk_complaint_escalation")
        ),
    )
    op.create_table(
        "prevention",
        sa.Column("id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("complaint_id", Key(), nullable=True),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("cause", sa.String(40), nullable=True),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("owner_id", Key(), nullable=False),
        sa.Column("check_back_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", Key(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", Key(), nullable=True),
        sa.Column("checked_words", sa.String(300), nullable=True),
        sa.Column("helped", sa.Boolean(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_points(
            "prevention",
            ("hotel_id", "hotel"), ("complaint_id", "complaint"), ("owner_id", "staff"),
            ("made_by", "staff"), ("checked_by", "staff"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prevention")),
    )  # fmt: skip
    op.create_index(
        "ix_prevention_hotel_id_check_back_on", "prevention", ["hotel_id", "check_back_on"]
    )
    op.create_index("ix_prevention_complaint_id", "prevention", ["complaint_id"])
    op.create_table(
        "arrival_check",
        sa.Column("complaint_id", Key(), nullable=False),
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("words", sa.String(200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stay_id", Key(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", Key(), nullable=True),
        *_points(
            "arrival_check",
            ("complaint_id", "complaint"), ("guest_id", "guest"), ("hotel_id", "hotel"),
            ("stay_id", "stay"), ("done_by", "staff"),
        ),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_arrival_check")),
    )  # fmt: skip
    op.create_index("ix_arrival_check_guest_id", "arrival_check", ["guest_id"])


def downgrade() -> None:
    op.drop_index("ix_trace_origin_id", "trace")
    op.drop_index("ix_complaint_hotel_id_closed_at", "complaint")
    op.drop_index("ix_complaint_talk_id", "complaint")
    for table in (
        "arrival_check", "prevention", "complaint_escalation", "work_hours", "complaint_target",
        "case_word", "complaint_staff", "complaint_pause",
    ):  # fmt: skip
        op.drop_table(table)
    with op.batch_alter_table("complaint_step") as batch:
        batch.drop_column("kind")
    with op.batch_alter_table("complaint") as batch:
        for name in ("reach_tries", "reopened", *(name for name, _ in ADDED)):
            batch.drop_column(name)
