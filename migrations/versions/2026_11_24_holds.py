"""Guests to whom nobody writes for now, and the files that live on in another."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import Key

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outreach_hold",
        sa.Column("complaint_id", Key(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name=op.f("fk_outreach_hold_complaint_id")
        ),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_outreach_hold")),
    )
    op.create_index(
        "ix_outreach_hold_until_at",
        "outreach_hold",
        ["until_at"],
        sqlite_where=sa.text("released_at is null"),
        postgresql_where=sa.text("released_at is null"),
    )
    op.create_index(
        "ix_guest_merged_into_id",
        "guest",
        ["merged_into_id"],
        sqlite_where=sa.text("merged_into_id is not null"),
        postgresql_where=sa.text("merged_into_id is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_guest_merged_into_id", "guest")
    op.drop_table("outreach_hold")
