"""The morning briefing and the pack for power cuts."""

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None: ...


def downgrade() -> None: ...
