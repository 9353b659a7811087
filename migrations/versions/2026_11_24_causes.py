"""Room nights counted ahead, and the cases of a hotel in the order in which they were opened."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import Key

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "room_night_month",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("nights", sa.Integer(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["hotel_id"], ["hotel.id"], name=op.f("fk_room_night_month_hotel_id")
        ),
        sa.PrimaryKeyConstraint("hotel_id", "month_on", name=op.f("pk_room_night_month")),
    )
    op.create_index("ix_complaint_hotel_id_opened_at", "complaint", ["hotel_id", "opened_at"])


def downgrade() -> None:
    op.drop_index("ix_complaint_hotel_id_opened_at", "complaint")
    op.drop_table("room_night_month")
