"""What guests answer when they are asked, and what they write elsewhere."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import Key

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _points(table: str, *places: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in places
    ]


def upgrade() -> None:
    op.create_table(
        "survey",
        sa.Column("id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("stay_id", Key(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", Key(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("language", sa.String(12), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(2000), nullable=True),
        sa.Column("may_call", sa.Boolean(), nullable=False),
        sa.Column("complaint_id", Key(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", Key(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_points(
            "survey",
            ("hotel_id", "hotel"), ("stay_id", "stay"), ("made_by", "staff"),
            ("complaint_id", "complaint"), ("read_by", "staff"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("stay_id", name=op.f("uq_survey_stay_id")),
    )  # fmt: skip
    op.create_index("ix_survey_hotel_id_id", "survey", ["hotel_id", "id"])
    op.create_index("ix_survey_hotel_id_answered_on", "survey", ["hotel_id", "answered_on", "id"])
    op.create_table(
        "survey_setting",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("low_at_most", sa.Integer(), nullable=False),
        sa.Column("valid_days", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_points("survey_setting", ("hotel_id", "hotel")),
        sa.PrimaryKeyConstraint("hotel_id", name=op.f("pk_survey_setting")),
    )
    op.create_table(
        "guest_review",
        sa.Column("id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("site", sa.String(60), nullable=False),
        sa.Column("external_id", sa.String(120), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("score", sa.String(12), nullable=False),
        sa.Column("scale", sa.Integer(), nullable=False),
        sa.Column("score_tenths", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(120), nullable=True),
        sa.Column("language", sa.String(12), nullable=True),
        sa.Column("title", sa.String(200), nullable=True),
        sa.Column("words", sa.String(4000), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", Key(), nullable=True),
        sa.Column("complaint_id", Key(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", Key(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_points(
            "guest_review",
            ("hotel_id", "hotel"), ("imported_by", "staff"), ("complaint_id", "complaint"),
            ("read_by", "staff"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_review")),
        sa.UniqueConstraint(
            "hotel_id", "site", "external_id", name=op.f("uq_guest_review_hotel_id_site_external_id")
        ),
    )  # fmt: skip
    op.create_index(
        "ix_guest_review_hotel_id_written_on", "guest_review", ["hotel_id", "written_on", "id"]
    )


def downgrade() -> None:
    for table in ("guest_review", "survey_setting", "survey"):
        op.drop_table(table)
