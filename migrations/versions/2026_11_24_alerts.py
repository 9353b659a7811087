"""Alerts by rule, and that they were put aside."""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None: ...


def downgrade() -> None: ...
