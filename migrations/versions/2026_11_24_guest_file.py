"""The guest file: every table of the first release."""

import sqlalchemy as sa
from alembic import op

from crm.kit.dbtypes import JsonDoc, Key
from migrations import search_objects

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", Key(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deed", sa.String(length=32), nullable=False),
        sa.Column("actor_kind", sa.String(length=32), nullable=False),
        sa.Column("actor_id", Key(), nullable=True),
        sa.Column("hotel_id", Key(), nullable=True),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", Key(), nullable=True),
        sa.Column("guest_id", Key(), nullable=True),
        sa.Column("fields", JsonDoc(), nullable=False),
        sa.Column("purpose", sa.String(length=300), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("request_id", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("ix_audit_actor_id_id", ["actor_id", "id"], unique=False)
        batch_op.create_index("ix_audit_guest_id_id", ["guest_id", "id"], unique=False)

    op.create_table(
        "document_kind",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("document_class", sa.String(length=32), nullable=False),
        sa.Column("label_en", sa.String(length=80), nullable=False),
        sa.Column("label_zh", sa.String(length=80), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_document_kind")),
    )
    op.create_table(
        "event",
        sa.Column("id", Key(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("hotel_id", Key(), nullable=True),
        sa.Column("guest_id", Key(), nullable=True),
        sa.Column("by_id", Key(), nullable=True),
        sa.Column("payload", JsonDoc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_guest_id_id", ["guest_id", "id"], unique=False)
        batch_op.create_index("ix_event_hotel_id_id", ["hotel_id", "id"], unique=False)

    op.create_table(
        "external_ref",
        sa.Column("system", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("external_id", sa.String(length=120), nullable=False),
        sa.Column("our_id", Key(), nullable=False),
        sa.Column("our_no", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("system", "kind", "external_id", name=op.f("pk_external_ref")),
    )
    with op.batch_alter_table("external_ref", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_external_ref_our_id"), ["our_id"], unique=False)

    op.create_table(
        "hotel",
        sa.Column("id", Key(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("business_on", sa.Date(), nullable=False),
        sa.Column("check_in_at", sa.Time(), nullable=False),
        sa.Column("check_out_at", sa.Time(), nullable=False),
        sa.Column("leap_day_rule", sa.String(length=32), nullable=False),
        sa.Column("keeps_identity_documents", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hotel")),
        sa.UniqueConstraint("code", name=op.f("uq_hotel_code")),
    )
    op.create_table(
        "job",
        sa.Column("id", Key(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("payload", JsonDoc(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("buried_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_open", ["done_at", "buried_at", "run_at"], unique=False)

    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "preference_code",
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("group_code", sa.String(length=8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("group_en", sa.String(length=60), nullable=False),
        sa.Column("group_zh", sa.String(length=60), nullable=False),
        sa.Column("group_max", sa.Integer(), nullable=True),
        sa.Column("label_en", sa.String(length=120), nullable=False),
        sa.Column("label_zh", sa.String(length=120), nullable=False),
        sa.Column("polarity", sa.String(length=32), nullable=False),
        sa.Column("sensitivity", sa.String(length=32), nullable=False),
        sa.Column("sensitivity_reason", sa.String(length=60), nullable=True),
        sa.Column("need_to_know_en", sa.String(length=160), nullable=False),
        sa.Column("need_to_know_zh", sa.String(length=160), nullable=False),
        sa.Column("departments", JsonDoc(), nullable=False),
        sa.Column("acts", JsonDoc(), nullable=False),
        sa.Column("occasion", sa.String(length=24), nullable=False),
        sa.Column("review_after_months", sa.Integer(), nullable=True),
        sa.Column("conflicts_with", JsonDoc(), nullable=False),
        sa.Column("ota_rma", sa.String(length=12), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_preference_code")),
    )
    with op.batch_alter_table("preference_code", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_preference_code_group_code"), ["group_code"], unique=False
        )

    op.create_table(
        "remembered_answer",
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", JsonDoc(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_remembered_answer")),
    )
    with op.batch_alter_table("remembered_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remembered_answer_at"), ["at"], unique=False)

    op.create_table(
        "sign_in_attempt",
        sa.Column("id", Key(), nullable=False),
        sa.Column("login", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("went_well", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_attempt_address_at", ["address", "at"], unique=False)
        batch_op.create_index("ix_sign_in_attempt_login_at", ["login", "at"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", Key(), nullable=False),
        sa.Column("login", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
    )
    op.create_table(
        "api_key",
        sa.Column("id", Key(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", JsonDoc(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=True),
        sa.Column("created_by", Key(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_api_key_hotel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_key_token_hash")),
    )
    op.create_table(
        "company",
        sa.Column("id", Key(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("name_latin", sa.String(length=160), nullable=True),
        sa.Column("name_key", sa.String(length=320), nullable=False),
        sa.Column("industry", sa.String(length=80), nullable=True),
        sa.Column("iata_no", sa.String(length=12), nullable=True),
        sa.Column("tax_no", sa.String(length=40), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("city", sa.String(length=80), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("credit_class", sa.String(length=12), nullable=True),
        sa.Column("looked_after_by", Key(), nullable=True),
        sa.Column("remark", sa.String(length=1000), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["looked_after_by"], ["staff.id"], name=op.f("fk_company_looked_after_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
    )
    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_company_name_key"), ["name_key"], unique=False)

    op.create_table(
        "department",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_department_hotel_id")),
        sa.PrimaryKeyConstraint("hotel_id", "code", name=op.f("pk_department")),
    )
    op.create_table(
        "import_job",
        sa.Column("id", Key(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("hotel_id", Key(), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("encoding", sa.String(length=24), nullable=True),
        sa.Column("delimiter", sa.String(length=4), nullable=True),
        sa.Column("preset", sa.String(length=60), nullable=True),
        sa.Column("mapping", JsonDoc(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("unclear", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("report", JsonDoc(), nullable=False),
        sa.Column("problem", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", Key(), nullable=True),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["staff.id"], name=op.f("fk_import_job_created_by")
        ),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_import_job_hotel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
    )
    with op.batch_alter_table("import_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_job_sha256"), ["sha256"], unique=False)

    op.create_table(
        "import_job_preset",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("mapping", JsonDoc(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", Key(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["staff.id"], name=op.f("fk_import_job_preset_created_by")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_import_job_preset")),
    )
    op.create_table(
        "intake_message",
        sa.Column("id", Key(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("profile", sa.String(length=120), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("problem", sa.String(length=200), nullable=True),
        sa.Column("body", JsonDoc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["hotel_id"], ["hotel.id"], name=op.f("fk_intake_message_hotel_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_message")),
    )
    with op.batch_alter_table("intake_message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_intake_message_source_profile", ["source", "profile"], unique=False
        )
        batch_op.create_index(
            "ix_intake_message_source_subject", ["source", "subject"], unique=False
        )
        batch_op.create_index(
            "uq_intake_message_source_message_id", ["source", "message_id"], unique=True
        )

    op.create_table(
        "room",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("no", sa.String(length=10), nullable=False),
        sa.Column("floor", sa.String(length=10), nullable=False),
        sa.Column("room_type", sa.String(length=12), nullable=False),
        sa.Column("features", JsonDoc(), nullable=False),
        sa.Column("cleanliness", sa.String(length=32), nullable=False),
        sa.Column("service", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_room_hotel_id")),
        sa.PrimaryKeyConstraint("hotel_id", "no", name=op.f("pk_room")),
    )
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_room_floor"), ["floor"], unique=False)

    op.create_table(
        "room_type",
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_room_type_hotel_id")),
        sa.PrimaryKeyConstraint("hotel_id", "code", name=op.f("pk_room_type")),
    )
    op.create_table(
        "staff_grant",
        sa.Column("staff_id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("department", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_staff_grant_hotel_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_grant_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "hotel_id", "role", name=op.f("pk_staff_grant")),
    )
    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_staff_session_hotel_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_session_staff_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_session")),
    )
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_session_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "company_contact",
        sa.Column("company_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_latin", sa.String(length=120), nullable=True),
        sa.Column("position", sa.String(length=80), nullable=True),
        sa.Column("phone", sa.String(length=60), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("birth_calendar", sa.String(length=8), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("birth_month", sa.Integer(), nullable=True),
        sa.Column("birth_day", sa.Integer(), nullable=True),
        sa.Column("birth_leap", sa.Boolean(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_company_contact_company_id")
        ),
        sa.PrimaryKeyConstraint("company_id", "no", name=op.f("pk_company_contact")),
    )
    op.create_table(
        "company_visit",
        sa.Column("company_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("visited_by", Key(), nullable=True),
        sa.Column("met", sa.String(length=120), nullable=True),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("result", sa.String(length=1000), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_company_visit_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["visited_by"], ["staff.id"], name=op.f("fk_company_visit_visited_by")
        ),
        sa.PrimaryKeyConstraint("company_id", "no", name=op.f("pk_company_visit")),
    )
    op.create_table(
        "contract",
        sa.Column("company_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("rate_code", sa.String(length=24), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("room_nights_agreed", sa.Integer(), nullable=True),
        sa.Column("payment_way", sa.String(length=40), nullable=True),
        sa.Column("remark", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_contract_company_id")
        ),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_contract_hotel_id")),
        sa.PrimaryKeyConstraint("company_id", "no", name=op.f("pk_contract")),
    )
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_ends_on"), ["ends_on"], unique=False)

    op.create_table(
        "guest",
        sa.Column("id", Key(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("merged_into_id", Key(), nullable=True),
        sa.Column("name_native", sa.String(length=120), nullable=True),
        sa.Column("name_latin", sa.String(length=120), nullable=True),
        sa.Column("alias", sa.String(length=120), nullable=True),
        sa.Column("title", sa.String(length=32), nullable=True),
        sa.Column("gender", sa.String(length=32), nullable=True),
        sa.Column("birth_calendar", sa.String(length=32), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("birth_month", sa.Integer(), nullable=True),
        sa.Column("birth_day", sa.Integer(), nullable=True),
        sa.Column("birth_leap", sa.Boolean(), nullable=False),
        sa.Column("nationality", sa.String(length=2), nullable=True),
        sa.Column("languages", JsonDoc(), nullable=False),
        sa.Column("occupation", sa.String(length=80), nullable=True),
        sa.Column("position", sa.String(length=80), nullable=True),
        sa.Column("company_id", Key(), nullable=True),
        sa.Column("identity", sa.String(length=32), nullable=False),
        sa.Column("vip", sa.String(length=32), nullable=True),
        sa.Column("vip_why", sa.String(length=300), nullable=True),
        sa.Column("vip_by", Key(), nullable=True),
        sa.Column("vip_until", sa.Date(), nullable=True),
        sa.Column("caution", sa.String(length=32), nullable=True),
        sa.Column("caution_why", sa.String(length=300), nullable=True),
        sa.Column("caution_by", Key(), nullable=True),
        sa.Column("caution_until", sa.Date(), nullable=True),
        sa.Column("is_incognito", sa.Boolean(), nullable=False),
        sa.Column("in_private", sa.Boolean(), nullable=False),
        sa.Column("last_seen_on", sa.Date(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", Key(), nullable=True),
        sa.Column("created_at_hotel", Key(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "birth_day is null or birth_day between 1 and 31", name=op.f("ck_guest_birth_day")
        ),
        sa.CheckConstraint(
            "birth_month is null or birth_month between 1 and 12", name=op.f("ck_guest_birth_month")
        ),
        sa.ForeignKeyConstraint(["caution_by"], ["staff.id"], name=op.f("fk_guest_caution_by")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_guest_company_id")),
        sa.ForeignKeyConstraint(
            ["created_at_hotel"], ["hotel.id"], name=op.f("fk_guest_created_at_hotel")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["guest.id"], name=op.f("fk_guest_merged_into_id")
        ),
        sa.ForeignKeyConstraint(["vip_by"], ["staff.id"], name=op.f("fk_guest_vip_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest")),
        sa.UniqueConstraint("ref", name=op.f("uq_guest_ref")),
    )
    with op.batch_alter_table("guest", schema=None) as batch_op:
        batch_op.create_index(
            "ix_guest_birth", ["birth_calendar", "birth_month", "birth_day"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_guest_caution"), ["caution"], unique=False)
        batch_op.create_index(batch_op.f("ix_guest_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_guest_last_seen_on"), ["last_seen_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_guest_vip"), ["vip"], unique=False)

    op.create_table(
        "import_job_change",
        sa.Column("import_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("row_key", JsonDoc(), nullable=False),
        sa.Column("before", JsonDoc(), nullable=True),
        sa.Column("after", JsonDoc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_job.id"], name=op.f("fk_import_job_change_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "no", name=op.f("pk_import_job_change")),
    )
    op.create_table(
        "import_job_line",
        sa.Column("import_id", Key(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("target_id", Key(), nullable=True),
        sa.Column("reasons", JsonDoc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_job.id"], name=op.f("fk_import_job_line_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "row_no", name=op.f("pk_import_job_line")),
    )
    with op.batch_alter_table("import_job_line", schema=None) as batch_op:
        batch_op.create_index(
            "ix_import_job_line_import_id_outcome", ["import_id", "outcome"], unique=False
        )

    op.create_table(
        "import_job_review",
        sa.Column("id", Key(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("import_id", Key(), nullable=True),
        sa.Column("row_no", sa.Integer(), nullable=True),
        sa.Column("message_id", Key(), nullable=True),
        sa.Column("hotel_id", Key(), nullable=True),
        sa.Column("incoming", JsonDoc(), nullable=False),
        sa.Column("candidates", JsonDoc(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", Key(), nullable=True),
        sa.Column("guest_id", Key(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff.id"], name=op.f("fk_import_job_review_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["hotel_id"], ["hotel.id"], name=op.f("fk_import_job_review_hotel_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_job.id"], name=op.f("fk_import_job_review_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job_review")),
    )
    with op.batch_alter_table("import_job_review", schema=None) as batch_op:
        batch_op.create_index(
            "ix_import_job_review_state_created_at", ["state", "created_at"], unique=False
        )

    op.create_table(
        "address",
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("use", sa.String(length=32), nullable=False),
        sa.Column("street", sa.String(length=300), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=True),
        sa.Column("region", sa.String(length=80), nullable=True),
        sa.Column("postal_code", sa.String(length=16), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_address_guest_id")),
        sa.PrimaryKeyConstraint("guest_id", "no", name=op.f("pk_address")),
    )
    op.create_table(
        "consent",
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", Key(), nullable=True),
        sa.Column("hotel_id", Key(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_consent_by_id")),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_consent_guest_id")),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_consent_hotel_id")),
        sa.PrimaryKeyConstraint("guest_id", "no", name=op.f("pk_consent")),
    )
    op.create_table(
        "contact_point",
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("use", sa.String(length=32), nullable=False),
        sa.Column("raw", sa.String(length=254), nullable=False),
        sa.Column("norm", sa.String(length=254), nullable=True),
        sa.Column("last4", sa.String(length=4), nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("is_valid", sa.Boolean(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("is_relay", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_contact_point_guest_id")),
        sa.PrimaryKeyConstraint("guest_id", "no", name=op.f("pk_contact_point")),
    )
    with op.batch_alter_table("contact_point", schema=None) as batch_op:
        batch_op.create_index("ix_contact_point_last4", ["last4"], unique=False)
        batch_op.create_index(
            "ix_contact_point_norm",
            ["norm"],
            unique=False,
            postgresql_ops={"norm": "text_pattern_ops"},
        )

    op.create_table(
        "document",
        sa.Column("id", Key(), nullable=False),
        sa.Column("guest_id", Key(), nullable=True),
        sa.Column("company_id", Key(), nullable=True),
        sa.Column("hotel_id", Key(), nullable=True),
        sa.Column("kind_code", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("file_kind", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("shelved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shelved_by", Key(), nullable=True),
        sa.Column("delete_after", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "guest_id is not null or company_id is not null", name=op.f("ck_document_owner")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_document_company_id")
        ),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_document_guest_id")),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_document_hotel_id")),
        sa.ForeignKeyConstraint(
            ["kind_code"], ["document_kind.code"], name=op.f("fk_document_kind_code")
        ),
        sa.ForeignKeyConstraint(["shelved_by"], ["staff.id"], name=op.f("fk_document_shelved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_guest_id"), ["guest_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_sha256"), ["sha256"], unique=False)

    op.create_table(
        "guest_figure",
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("stays", sa.Integer(), nullable=False),
        sa.Column("nights", sa.Integer(), nullable=False),
        sa.Column("cancellations", sa.Integer(), nullable=False),
        sa.Column("no_shows", sa.Integer(), nullable=False),
        sa.Column("first_arrival_on", sa.Date(), nullable=True),
        sa.Column("last_departure_on", sa.Date(), nullable=True),
        sa.Column("last_room_no", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_guest_figure_guest_id")),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_guest_figure_hotel_id")),
        sa.PrimaryKeyConstraint("guest_id", "hotel_id", name=op.f("pk_guest_figure")),
    )
    op.create_table(
        "guest_name",
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("full", sa.String(length=120), nullable=False),
        sa.Column("family", sa.String(length=120), nullable=True),
        sa.Column("given", sa.String(length=120), nullable=True),
        sa.Column("pinyin", sa.String(length=120), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_guest_name_guest_id")),
        sa.PrimaryKeyConstraint("guest_id", "no", name=op.f("pk_guest_name")),
    )
    op.create_table(
        "guest_outlet",
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("outlet", sa.String(length=60), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("covers", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_guest_outlet_guest_id")),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_guest_outlet_hotel_id")),
        sa.PrimaryKeyConstraint(
            "guest_id", "hotel_id", "outlet", "currency", name=op.f("pk_guest_outlet")
        ),
    )
    op.create_table(
        "guest_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("name_key", sa.String(length=300), nullable=False),
        sa.Column("pinyin", sa.String(length=300), nullable=False),
        sa.Column("pinyin_initials", sa.String(length=60), nullable=False),
        sa.Column("birth_mmdd", sa.String(length=4), nullable=True),
        sa.Column("doc", sa.String(length=4000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_guest_search_guest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_search")),
        sa.UniqueConstraint("guest_id", name=op.f("uq_guest_search_guest_id")),
    )
    with op.batch_alter_table("guest_search", schema=None) as batch_op:
        batch_op.create_index("ix_guest_search_birth_mmdd", ["birth_mmdd"], unique=False)
        batch_op.create_index("ix_guest_search_name_key", ["name_key"], unique=False)
        batch_op.create_index("ix_guest_search_pinyin", ["pinyin"], unique=False)
        batch_op.create_index("ix_guest_search_pinyin_initials", ["pinyin_initials"], unique=False)
        batch_op.create_index("ix_guest_search_version", ["version"], unique=False)

    op.create_table(
        "guest_spend",
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("covers", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_guest_spend_guest_id")),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_guest_spend_hotel_id")),
        sa.PrimaryKeyConstraint(
            "guest_id", "hotel_id", "year", "category", "currency", name=op.f("pk_guest_spend")
        ),
    )
    op.create_table(
        "identity_document",
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.String(length=44), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("delete_after", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guest_id"], ["guest.id"], name=op.f("fk_identity_document_guest_id")
        ),
        sa.PrimaryKeyConstraint("guest_id", "no", name=op.f("pk_identity_document")),
    )
    with op.batch_alter_table("identity_document", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_document_number_index"), ["number_index"], unique=False
        )

    op.create_table(
        "membership",
        sa.Column("id", Key(), nullable=False),
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("tier", sa.String(length=32), nullable=False),
        sa.Column("tier_until", sa.Date(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("referred_by_id", Key(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_membership_guest_id")),
        sa.ForeignKeyConstraint(
            ["referred_by_id"], ["guest.id"], name=op.f("fk_membership_referred_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("guest_id", name=op.f("uq_membership_guest_id")),
        sa.UniqueConstraint("number", name=op.f("uq_membership_number")),
    )
    op.create_table(
        "note",
        sa.Column("id", Key(), nullable=False),
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=True),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("department", sa.String(length=32), nullable=True),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", Key(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_note_guest_id")),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_note_hotel_id")),
        sa.ForeignKeyConstraint(["noted_by"], ["staff.id"], name=op.f("fk_note_noted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index("ix_note_guest_id_noted_at", ["guest_id", "noted_at"], unique=False)

    op.create_table(
        "relation",
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("other_id", Key(), nullable=True),
        sa.Column("other_name", sa.String(length=120), nullable=True),
        sa.Column("other_phone", sa.String(length=60), nullable=True),
        sa.Column("other_born_on", sa.Date(), nullable=True),
        sa.Column("remark", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "other_id is not null or other_name is not null", name=op.f("ck_relation_other_known")
        ),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_relation_guest_id")),
        sa.ForeignKeyConstraint(["other_id"], ["guest.id"], name=op.f("fk_relation_other_id")),
        sa.PrimaryKeyConstraint("guest_id", "no", name=op.f("pk_relation")),
    )
    with op.batch_alter_table("relation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relation_other_id"), ["other_id"], unique=False)

    op.create_table(
        "special_datum",
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("consent_words", sa.String(length=500), nullable=False),
        sa.Column("consent_on", sa.Date(), nullable=False),
        sa.Column("consent_by", Key(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_by"], ["staff.id"], name=op.f("fk_special_datum_consent_by")
        ),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_special_datum_guest_id")),
        sa.PrimaryKeyConstraint("guest_id", "kind", name=op.f("pk_special_datum")),
    )
    op.create_table(
        "stay",
        sa.Column("id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("guest_id", Key(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("confirmation_no", sa.String(length=40), nullable=True),
        sa.Column("arrival_on", sa.Date(), nullable=False),
        sa.Column("departure_on", sa.Date(), nullable=False),
        sa.Column("nights", sa.Integer(), nullable=False),
        sa.Column("eta", sa.Time(), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=True),
        sa.Column("way", sa.String(length=32), nullable=True),
        sa.Column("market", sa.String(length=40), nullable=True),
        sa.Column("rate_code", sa.String(length=24), nullable=True),
        sa.Column("rate_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("room_type_booked", sa.String(length=12), nullable=True),
        sa.Column("room_type_used", sa.String(length=12), nullable=True),
        sa.Column("room_no", sa.String(length=10), nullable=True),
        sa.Column("adults", sa.Integer(), nullable=False),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=True),
        sa.Column("identity", sa.String(length=32), nullable=False),
        sa.Column("company_id", Key(), nullable=True),
        sa.Column("group_name", sa.String(length=120), nullable=True),
        sa.Column("arriving_from", sa.String(length=120), nullable=True),
        sa.Column("wishes", sa.String(length=1000), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("booked_on", sa.Date(), nullable=True),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("departure_on >= arrival_on", name=op.f("ck_stay_dates")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_stay_company_id")),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_stay_guest_id")),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_stay_hotel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stay")),
    )
    with op.batch_alter_table("stay", schema=None) as batch_op:
        batch_op.create_index(
            "ix_stay_arrivals", ["hotel_id", "arrival_on", "status"], unique=False
        )
        batch_op.create_index("ix_stay_company_id", ["company_id"], unique=False)
        batch_op.create_index("ix_stay_confirmation_no", ["confirmation_no"], unique=False)
        batch_op.create_index(
            "ix_stay_departures", ["hotel_id", "departure_on", "status"], unique=False
        )
        batch_op.create_index(
            "ix_stay_guest_id_arrival_on", ["guest_id", "arrival_on"], unique=False
        )
        batch_op.create_index(
            "ix_stay_room_in_house",
            ["hotel_id", "room_no"],
            unique=False,
            sqlite_where=sa.text("status = 'in_house'"),
            postgresql_where=sa.text("status = 'in_house'"),
        )

    op.create_table(
        "vehicle",
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("plate", sa.String(length=20), nullable=False),
        sa.Column("plate_key", sa.String(length=20), nullable=False),
        sa.Column("remark", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_vehicle_guest_id")),
        sa.PrimaryKeyConstraint("guest_id", "no", name=op.f("pk_vehicle")),
    )
    with op.batch_alter_table("vehicle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vehicle_plate_key"), ["plate_key"], unique=False)

    op.create_table(
        "companion",
        sa.Column("stay_id", Key(), nullable=False),
        sa.Column("guest_id", Key(), nullable=False),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_companion_guest_id")),
        sa.ForeignKeyConstraint(["stay_id"], ["stay.id"], name=op.f("fk_companion_stay_id")),
        sa.PrimaryKeyConstraint("stay_id", "guest_id", name=op.f("pk_companion")),
    )
    with op.batch_alter_table("companion", schema=None) as batch_op:
        batch_op.create_index("ix_companion_guest_id", ["guest_id"], unique=False)

    op.create_table(
        "complaint",
        sa.Column("id", Key(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("guest_id", Key(), nullable=True),
        sa.Column("stay_id", Key(), nullable=True),
        sa.Column("room_no", sa.String(length=10), nullable=True),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("cause", sa.String(length=60), nullable=True),
        sa.Column("severity", sa.String(length=32), nullable=False),
        sa.Column("headline", sa.String(length=160), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=True),
        sa.Column("department", sa.String(length=32), nullable=True),
        sa.Column("is_sensitive", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("owner_id", Key(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", Key(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("given", sa.String(length=300), nullable=True),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("next_stay_check", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_complaint_guest_id")),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_complaint_hotel_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["staff.id"], name=op.f("fk_complaint_opened_by")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_complaint_owner_id")),
        sa.ForeignKeyConstraint(["stay_id"], ["stay.id"], name=op.f("fk_complaint_stay_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("hotel_id", "number", name=op.f("uq_complaint_hotel_id_number")),
    )
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.create_index(
            "ix_complaint_guest_id_opened_at", ["guest_id", "opened_at"], unique=False
        )
        batch_op.create_index("ix_complaint_hotel_id_status", ["hotel_id", "status"], unique=False)

    op.create_table(
        "folio_line",
        sa.Column("stay_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("hotel_id", Key(), nullable=False),
        sa.Column("guest_id", Key(), nullable=True),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("outlet", sa.String(length=60), nullable=True),
        sa.Column("meal_period", sa.String(length=32), nullable=True),
        sa.Column("covers", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=160), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("payment_method", sa.String(length=24), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_folio_line_guest_id")),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_folio_line_hotel_id")),
        sa.ForeignKeyConstraint(["stay_id"], ["stay.id"], name=op.f("fk_folio_line_stay_id")),
        sa.PrimaryKeyConstraint("stay_id", "no", name=op.f("pk_folio_line")),
    )
    with op.batch_alter_table("folio_line", schema=None) as batch_op:
        batch_op.create_index("ix_folio_line_guest_id", ["guest_id"], unique=False)
        batch_op.create_index(
            "ix_folio_line_hotel_id_posted_on", ["hotel_id", "posted_on"], unique=False
        )

    op.create_table(
        "point_entry",
        sa.Column("membership_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("source_id", sa.String(length=80), nullable=False),
        sa.Column("words", sa.String(length=160), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("by_id", Key(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_point_entry_by_id")),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_point_entry_membership_id")
        ),
        sa.PrimaryKeyConstraint("membership_id", "no", name=op.f("pk_point_entry")),
        sa.UniqueConstraint(
            "source", "source_id", "kind", name=op.f("uq_point_entry_source_source_id_kind")
        ),
    )
    op.create_table(
        "preference",
        sa.Column("id", Key(), nullable=False),
        sa.Column("guest_id", Key(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=True),
        sa.Column("words", sa.String(length=300), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("hotel_id", Key(), nullable=True),
        sa.Column("stay_id", Key(), nullable=True),
        sa.Column("evidence", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", Key(), nullable=True),
        sa.Column("noted_department", sa.String(length=32), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["code"], ["preference_code.code"], name=op.f("fk_preference_code")
        ),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_preference_guest_id")),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotel.id"], name=op.f("fk_preference_hotel_id")),
        sa.ForeignKeyConstraint(["noted_by"], ["staff.id"], name=op.f("fk_preference_noted_by")),
        sa.ForeignKeyConstraint(["stay_id"], ["stay.id"], name=op.f("fk_preference_stay_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preference")),
    )
    with op.batch_alter_table("preference", schema=None) as batch_op:
        batch_op.create_index("ix_preference_guest_id_code", ["guest_id", "code"], unique=False)

    op.create_table(
        "tier_change",
        sa.Column("membership_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tier_before", sa.String(length=32), nullable=True),
        sa.Column("tier", sa.String(length=32), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("by_id", Key(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_tier_change_by_id")),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_tier_change_membership_id")
        ),
        sa.PrimaryKeyConstraint("membership_id", "no", name=op.f("pk_tier_change")),
    )
    op.create_table(
        "complaint_step",
        sa.Column("complaint_id", Key(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", Key(), nullable=True),
        sa.Column("status_after", sa.String(length=32), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_complaint_step_by_id")),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name=op.f("fk_complaint_step_complaint_id")
        ),
        sa.PrimaryKeyConstraint("complaint_id", "no", name=op.f("pk_complaint_step")),
    )
    search_objects.create(op.get_bind())


def downgrade() -> None:
    search_objects.drop(op.get_bind())
    op.drop_table("complaint_step")
    op.drop_table("tier_change")
    with op.batch_alter_table("preference", schema=None) as batch_op:
        batch_op.drop_index("ix_preference_guest_id_code")

    op.drop_table("preference")
    op.drop_table("point_entry")
    with op.batch_alter_table("folio_line", schema=None) as batch_op:
        batch_op.drop_index("ix_folio_line_hotel_id_posted_on")
        batch_op.drop_index("ix_folio_line_guest_id")

    op.drop_table("folio_line")
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.drop_index("ix_complaint_hotel_id_status")
        batch_op.drop_index("ix_complaint_guest_id_opened_at")

    op.drop_table("complaint")
    with op.batch_alter_table("companion", schema=None) as batch_op:
        batch_op.drop_index("ix_companion_guest_id")

    op.drop_table("companion")
    with op.batch_alter_table("vehicle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vehicle_plate_key"))

    op.drop_table("vehicle")
    with op.batch_alter_table("stay", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_stay_room_in_house",
            sqlite_where=sa.text("status = 'in_house'"),
            postgresql_where=sa.text("status = 'in_house'"),
        )
        batch_op.drop_index("ix_stay_guest_id_arrival_on")
        batch_op.drop_index("ix_stay_departures")
        batch_op.drop_index("ix_stay_confirmation_no")
        batch_op.drop_index("ix_stay_company_id")
        batch_op.drop_index("ix_stay_arrivals")

    op.drop_table("stay")
    op.drop_table("special_datum")
    with op.batch_alter_table("relation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_relation_other_id"))

    op.drop_table("relation")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_index("ix_note_guest_id_noted_at")

    op.drop_table("note")
    op.drop_table("membership")
    with op.batch_alter_table("identity_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identity_document_number_index"))

    op.drop_table("identity_document")
    op.drop_table("guest_spend")
    with op.batch_alter_table("guest_search", schema=None) as batch_op:
        batch_op.drop_index("ix_guest_search_version")
        batch_op.drop_index("ix_guest_search_pinyin_initials")
        batch_op.drop_index("ix_guest_search_pinyin")
        batch_op.drop_index("ix_guest_search_name_key")
        batch_op.drop_index("ix_guest_search_birth_mmdd")

    op.drop_table("guest_search")
    op.drop_table("guest_outlet")
    op.drop_table("guest_name")
    op.drop_table("guest_figure")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_sha256"))
        batch_op.drop_index(batch_op.f("ix_document_guest_id"))
        batch_op.drop_index(batch_op.f("ix_document_company_id"))

    op.drop_table("document")
    with op.batch_alter_table("contact_point", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_point_norm", postgresql_ops={"norm": "text_pattern_ops"})
        batch_op.drop_index("ix_contact_point_last4")

    op.drop_table("contact_point")
    op.drop_table("consent")
    op.drop_table("address")
    with op.batch_alter_table("import_job_review", schema=None) as batch_op:
        batch_op.drop_index("ix_import_job_review_state_created_at")

    op.drop_table("import_job_review")
    with op.batch_alter_table("import_job_line", schema=None) as batch_op:
        batch_op.drop_index("ix_import_job_line_import_id_outcome")

    op.drop_table("import_job_line")
    op.drop_table("import_job_change")
    with op.batch_alter_table("guest", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guest_vip"))
        batch_op.drop_index(batch_op.f("ix_guest_last_seen_on"))
        batch_op.drop_index(batch_op.f("ix_guest_company_id"))
        batch_op.drop_index(batch_op.f("ix_guest_caution"))
        batch_op.drop_index("ix_guest_birth")

    op.drop_table("guest")
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_ends_on"))

    op.drop_table("contract")
    op.drop_table("company_visit")
    op.drop_table("company_contact")
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_session_staff_id"))

    op.drop_table("staff_session")
    op.drop_table("staff_grant")
    op.drop_table("room_type")
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_room_floor"))

    op.drop_table("room")
    with op.batch_alter_table("intake_message", schema=None) as batch_op:
        batch_op.drop_index("uq_intake_message_source_message_id")
        batch_op.drop_index("ix_intake_message_source_subject")
        batch_op.drop_index("ix_intake_message_source_profile")

    op.drop_table("intake_message")
    op.drop_table("import_job_preset")
    with op.batch_alter_table("import_job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_job_sha256"))

    op.drop_table("import_job")
    op.drop_table("department")
    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_company_name_key"))

    op.drop_table("company")
    op.drop_table("api_key")
    op.drop_table("staff")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_attempt_login_at")
        batch_op.drop_index("ix_sign_in_attempt_address_at")

    op.drop_table("sign_in_attempt")
    with op.batch_alter_table("remembered_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remembered_answer_at"))

    op.drop_table("remembered_answer")
    with op.batch_alter_table("preference_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_preference_code_group_code"))

    op.drop_table("preference_code")
    op.drop_table("lease")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_open")

    op.drop_table("job")
    op.drop_table("hotel")
    with op.batch_alter_table("external_ref", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_external_ref_our_id"))

    op.drop_table("external_ref")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_hotel_id_id")
        batch_op.drop_index("ix_event_guest_id_id")

    op.drop_table("event")
    op.drop_table("document_kind")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_guest_id_id")
        batch_op.drop_index("ix_audit_actor_id_id")

    op.drop_table("audit")
