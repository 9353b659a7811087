"""Arrivals prepared ahead, and how far each file is."""

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None: ...


def downgrade() -> None: ...
