"""What is given to guests after a complaint, by whom, within which limits."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import JsonDoc, Key

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _points(table: str, *places: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in places
    ]


def upgrade() -> None:
    op.create_table(
        "recovery_offer",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("name_zh", sa.String(80), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("categories", JsonDoc(), nullable=False),
        sa.Column("least_severity", sa.String(32), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_points("recovery_offer", ("hotel_id", "hotel")),
        sa.PrimaryKeyConstraint("hotel_id", "code", name=op.f("pk_recovery_offer")),
    )
    op.create_table(
        "recovery_limit",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("severity", sa.String(32), nullable=False),
        sa.Column("case_minor", sa.BigInteger(), nullable=True),
        sa.Column("day_minor", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_points("recovery_limit", ("hotel_id", "hotel")),
        sa.PrimaryKeyConstraint("hotel_id", "role", "severity", name=op.f("pk_recovery_limit")),
    )
    op.create_table(
        "compensation",
        sa.Column("id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("complaint_id", Key(), nullable=False),
        sa.Column("offer_code", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("name_zh", sa.String(80), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("severity", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("needs_role", sa.String(32), nullable=True),
        sa.Column("words", sa.String(500), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", Key(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", Key(), nullable=True),
        sa.Column("decided_words", sa.String(500), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_by", Key(), nullable=True),
        sa.Column("authority_id", Key(), nullable=True),
        sa.Column("authority_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_points(
            "compensation",
            ("hotel_id", "hotel"), ("complaint_id", "complaint"), ("asked_by", "staff"),
            ("decided_by", "staff"), ("given_by", "staff"), ("authority_id", "staff"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compensation")),
    )  # fmt: skip
    op.create_index("ix_compensation_complaint_id", "compensation", ["complaint_id"])
    op.create_index(
        "ix_compensation_hotel_id_state", "compensation", ["hotel_id", "state", "asked_at"]
    )
    op.create_index(
        "ix_compensation_authority_id", "compensation", ["authority_id", "authority_on"]
    )


def downgrade() -> None:
    for table in ("compensation", "recovery_limit", "recovery_offer"):
        op.drop_table(table)
