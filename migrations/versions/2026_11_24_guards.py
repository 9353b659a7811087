"""Rate limits: what processes tell each other, and failed sign-ins by time alone."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import Key

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "request_count",
        sa.Column("rule", sa.String(24), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("span_start", sa.BigInteger(), nullable=False),
        sa.Column("process", Key(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "rule", "subject", "span_start", "process", name=op.f("pk_request_count")
        ),
    )
    op.create_index("ix_sign_in_attempt_at", "sign_in_attempt", ["at"])


def downgrade() -> None:
    op.drop_index("ix_sign_in_attempt_at", "sign_in_attempt")
    op.drop_table("request_count")
