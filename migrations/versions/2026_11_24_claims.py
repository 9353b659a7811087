"""Preferences become claims with evidence; each hotel's own codes, words and review rules."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import JsonDoc, Key

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("preference_code") as batch:
        batch.add_column(sa.Column("owner_id", Key(), nullable=True))
        batch.create_foreign_key(op.f("fk_preference_code_owner_id"), "hotel", ["owner_id"], ["id"])
    op.create_table(
        "hotel_code",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("label_en", sa.String(120), nullable=True),
        sa.Column("label_zh", sa.String(120), nullable=True),
        sa.Column("need_to_know_en", sa.String(160), nullable=True),
        sa.Column("need_to_know_zh", sa.String(160), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_hotel_code_hotel_id")),
        sa.ForeignKeyConstraint(
            ["code"], ["preference_code.code"], name=op.f("fk_hotel_code_code")
        ),
        sa.PrimaryKeyConstraint("hotel_id", "code", name=op.f("pk_hotel_code")),
    )
    op.create_table(
        "group_policy",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("group_code", sa.String(8), nullable=False),
        sa.Column("policy", sa.String(32), nullable=False),
        sa.Column("group_max", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_group_policy_hotel_id")),
        sa.PrimaryKeyConstraint("hotel_id", "group_code", name=op.f("pk_group_policy")),
    )
    with op.batch_alter_table("preference") as batch:
        batch.add_column(sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("retired_why", sa.String(32), nullable=True))
        batch.add_column(sa.Column("retired_for_id", Key(), nullable=True))
        batch.add_column(sa.Column("carried", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(
            sa.Column("carried_confirmed_at", sa.DateTime(timezone=True), nullable=True)
        )
        batch.add_column(sa.Column("carried_source", sa.String(32), nullable=True))
        batch.add_column(sa.Column("carried_value", sa.String(60), nullable=True))
        batch.add_column(sa.Column("carried_words", sa.String(300), nullable=True))
        batch.create_foreign_key(
            op.f("fk_preference_retired_for_id"),
            "preference", ["retired_for_id"], ["id"],
        )  # fmt: skip
    op.execute(
        "UPDATE preference SET carried = evidence, last_seen_at = noted_at,"
        " carried_confirmed_at = confirmed_at, carried_value = value, carried_words = words,"
        " carried_source = source"
    )
    op.create_index("ix_preference_review_on", "preference", ["review_on"])
    op.create_index(
        "ix_preference_stay_id",
        "preference",
        ["stay_id"],
        sqlite_where=sa.text("stay_id is not null"),
        postgresql_where=sa.text("stay_id is not null"),
    )
    op.create_table(
        "observation",
        sa.Column("id", Key(), nullable=False),
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("stay_id", Key(), nullable=True),
        sa.Column("room_no", sa.String(10), nullable=True),
        sa.Column("code", sa.String(24), nullable=True),
        sa.Column("value", sa.String(60), nullable=True),
        sa.Column("words", sa.String(300), nullable=True),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("this_hotel_only", sa.Boolean(), nullable=False),
        sa.Column("denies", sa.Boolean(), nullable=False),
        sa.Column("ends_why", sa.String(32), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", Key(), nullable=True),
        sa.Column("noted_department", sa.String(32), nullable=True),
        sa.Column("policy", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suggested", JsonDoc(), nullable=False),
        sa.Column("cautions", JsonDoc(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", Key(), nullable=True),
        sa.Column("reject_reason", sa.String(32), nullable=True),
        sa.Column("reply", sa.String(300), nullable=True),
        sa.Column("preference_id", Key(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by_noter_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.Column("as_noted", JsonDoc(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.{key}"], name=op.f(f"fk_observation_{column}")
            )
            for column, table, key in (
                ("guest_id", "guest", "id"), ("hotel_id", "hotel", "id"),
                ("stay_id", "stay", "id"), ("code", "preference_code", "code"),
                ("noted_by", "staff", "id"), ("reviewed_by", "staff", "id"),
                ("preference_id", "preference", "id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
    )  # fmt: skip
    op.create_index("ix_observation_guest_id", "observation", ["guest_id", "entered_at"])
    op.create_index("ix_observation_preference_id", "observation", ["preference_id"])
    op.create_index("ix_observation_noted_by", "observation", ["noted_by", "entered_at"])
    op.create_index("ix_observation_hotel_id", "observation", ["hotel_id", "entered_at"])
    op.create_index(
        "ix_observation_waiting",
        "observation",
        ["hotel_id", "entered_at"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_table("observation")
    op.drop_index("ix_preference_stay_id", "preference")
    op.drop_index("ix_preference_review_on", "preference")
    with op.batch_alter_table("preference") as batch:
        batch.drop_constraint(op.f("fk_preference_retired_for_id"), type_="foreignkey")
        for name in (
            "carried_words", "carried_value", "carried_source", "carried_confirmed_at",
            "carried", "retired_for_id", "retired_why", "last_seen_at",
        ):  # fmt: skip
            batch.drop_column(name)
    op.drop_table("group_policy")
    op.drop_table("hotel_code")
    with op.batch_alter_table("preference_code") as batch:
        batch.drop_constraint(op.f("fk_preference_code_owner_id"), type_="foreignkey")
        batch.drop_column("owner_id")
