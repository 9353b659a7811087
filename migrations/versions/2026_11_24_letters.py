"""Files and letters of a case."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import Key

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def _points(table: str, *places: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in places
    ]


def upgrade() -> None:
    op.create_table(
        "complaint_attachment",
        sa.Column("complaint_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(120), nullable=True),
        sa.Column("file_kind", sa.String(32), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", Key(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", Key(), nullable=True),
        *_points(
            "complaint_attachment",
            ("complaint_id", "complaint"), ("added_by", "staff"), ("removed_by", "staff"),
        ),
        sa.PrimaryKeyConstraint("complaint_id", "no", name=op.f("pk_complaint_attachment")),
    )  # fmt: skip
    op.create_index("ix_complaint_attachment_sha256", "complaint_attachment", ["sha256"])
    op.create_table(
        "complaint_letter",
        sa.Column("complaint_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("body", sa.String(4000), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", Key(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", Key(), nullable=True),
        sa.Column("sent_how", sa.String(32), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", Key(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_points(
            "complaint_letter",
            ("complaint_id", "complaint"), ("made_by", "staff"), ("changed_by", "staff"),
            ("sent_by", "staff"),
        ),
        sa.PrimaryKeyConstraint("complaint_id", "no", name=op.f("pk_complaint_letter")),
    )  # fmt: skip


def downgrade() -> None:
    for table in ("complaint_letter", "complaint_attachment"):
        op.drop_table(table)
