"""Indexes and columns that reading at a million guests needs."""

from alembic import op

from migrations import search_objects

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reach is asked of hundreds of guests in one look-up: the index alone answers it. A single
    character is looked up by an index of starts of its length. The first page of complaints
    comes in the order of an index instead of after sorting all of a hotel's."""
    op.create_index("ix_complaint_hotel_id_id", "complaint", ["hotel_id", "id"])
    op.create_index("ix_stay_of_guest", "stay", ["guest_id", "arrival_on", "hotel_id"])
    op.drop_index("ix_stay_guest_id_arrival_on", "stay")
    search_objects.renew_words(op.get_bind())


def downgrade() -> None:
    """The index of starts stays: it holds one length more than was asked of it."""
    op.drop_index("ix_complaint_hotel_id_id", "complaint")
    op.create_index("ix_stay_guest_id_arrival_on", "stay", ["guest_id", "arrival_on"])
    op.drop_index("ix_stay_of_guest", "stay")
