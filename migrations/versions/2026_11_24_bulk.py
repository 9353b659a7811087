"""What imports at full speed need, and messages that are kept no longer than needed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "import_job_change", sa.Column("things", sa.Integer(), nullable=False, server_default="1")
    )
    op.create_index(
        "ix_intake_message_kept",
        "intake_message",
        ["received_at"],
        sqlite_where=sa.text("body is not null"),
        postgresql_where=sa.text("body is not null"),
    )
    # PostgreSQL serves "starts with" only from an index without its collation.
    op.drop_index("ix_guest_search_name_key", "guest_search")
    op.create_index(
        "ix_guest_search_name_key",
        "guest_search",
        ["name_key"],
        postgresql_ops={"name_key": "text_pattern_ops"},
    )


def downgrade() -> None:
    op.drop_index("ix_guest_search_name_key", "guest_search")
    op.create_index("ix_guest_search_name_key", "guest_search", ["name_key"])
    op.drop_index("ix_intake_message_kept", "intake_message")
    with op.batch_alter_table("import_job_change") as batch:
        batch.drop_column("things")
