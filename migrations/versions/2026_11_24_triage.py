"""What the hotel's own closed cases teach about new ones."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import JsonDoc, Key

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "triage_model",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("lesson_id", Key(), nullable=False),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("category_permille", sa.Integer(), nullable=True),
        sa.Column("severity_permille", sa.Integer(), nullable=True),
        sa.Column("figures", JsonDoc(), nullable=False),
        sa.Column("weights", JsonDoc(), nullable=True),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_triage_model_hotel_id")),
        sa.PrimaryKeyConstraint("hotel_id", name=op.f("pk_triage_model")),
    )


def downgrade() -> None:
    op.drop_table("triage_model")
