"""Habits that the records show, as proposals with their evidence."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None: ...


def downgrade() -> None: ...
