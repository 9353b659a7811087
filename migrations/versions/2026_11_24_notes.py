"""Typed notes, traces for departments, and what is handed over."""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None: ...


def downgrade() -> None: ...
