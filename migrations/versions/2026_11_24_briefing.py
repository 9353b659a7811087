"""The morning briefing and the pack for power cuts."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import Key

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_briefing",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("edition", sa.String(32), nullable=False),
        sa.Column("language", sa.String(32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_kept_briefing_hotel_id")),
        sa.PrimaryKeyConstraint(
            "hotel_id", "day", "edition", "language", name=op.f("pk_kept_briefing")
        ),
    )
    op.create_table(
        "paper_setting",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("ready_at", sa.Time(), nullable=False),
        sa.Column("language", sa.String(32), nullable=False),
        sa.Column("passphrase_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("passphrase_set_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_paper_setting_hotel_id")),
        sa.PrimaryKeyConstraint("hotel_id", name=op.f("pk_paper_setting")),
    )


def downgrade() -> None:
    op.drop_table("paper_setting")
    op.drop_table("kept_briefing")
