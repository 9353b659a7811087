"""The audit is a chain, and rows that must stay cannot be changed."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import JsonDoc, Key
from migrations import append_only

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit", sa.Column("digest", sa.LargeBinary(), nullable=True))
    op.create_table(
        "audit_seal",
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("first_id", Key(), nullable=False),
        sa.Column("last_id", Key(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.Column("rows_digest", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_audit_seal")),
    )
    op.create_index("ix_audit_seal_first_id_no", "audit_seal", ["first_id", "no"], unique=False)
    op.create_table(
        "viewing_day",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("actor_id", Key(), nullable=False),
        sa.Column("actor_kind", sa.String(length=32), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("reveals", sa.Integer(), nullable=False),
        sa.Column("look_ups", sa.Integer(), nullable=False),
        sa.Column("strangers", sa.Integer(), nullable=False),
        sa.Column("marked", sa.Integer(), nullable=False),
        sa.Column("by_hour", JsonDoc(), nullable=False),
        sa.PrimaryKeyConstraint("hotel_id", "day", "actor_id", name=op.f("pk_viewing_day")),
    )
    op.create_table(
        "unusual_viewing",
        sa.Column("id", Key(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("actor_kind", sa.String(length=32), nullable=True),
        sa.Column("actor_id", Key(), nullable=True),
        sa.Column("guest_id", Key(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Integer(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_by", Key(), nullable=True),
        sa.Column("looked_words", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unusual_viewing")),
        sa.UniqueConstraint("key", name=op.f("uq_unusual_viewing_key")),
    )
    op.create_index(
        "ix_unusual_viewing_hotel_id_id", "unusual_viewing", ["hotel_id", "id"], unique=False
    )
    append_only.create(op.get_bind())


def downgrade() -> None:
    append_only.drop(op.get_bind())
    op.drop_table("unusual_viewing")
    op.drop_table("viewing_day")
    op.drop_table("audit_seal")
    op.drop_column("audit", "digest")
