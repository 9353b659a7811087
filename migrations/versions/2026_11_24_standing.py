"""How content and how sure a guest is."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import Key

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guest_standing",
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("satisfaction", sa.String(32), nullable=False),
        sa.Column("tenths", sa.Integer(), nullable=True),
        sa.Column("credit", sa.String(32), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["guest_id"], ["guest.id"], name=op.f("fk_guest_standing_guest_id")
        ),
        sa.PrimaryKeyConstraint("guest_id", name=op.f("pk_guest_standing")),
    )
    op.create_index(
        "ix_guest_standing_satisfaction", "guest_standing", ["satisfaction", "guest_id"]
    )
    op.create_index("ix_guest_standing_credit", "guest_standing", ["credit", "guest_id"])
    op.create_table(
        "standing_pass",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("after_guest_id", Key(), nullable=True),
        sa.Column("guests", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_standing_pass")),
    )


def downgrade() -> None:
    op.drop_table("standing_pass")
    op.drop_table("guest_standing")
