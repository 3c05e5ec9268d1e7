"""Visits counted by origin, order by place, choices of an APEC agreement, who stopped an OPCO address, a series looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0004_diffusion_figures"
down_revision = "0003_diffusion_series_lists"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offer_visits",
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("origin", sa.String(length=30), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_offer_visits_offer_id_offer"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("offer_id", "day", "origin", name=op.f("pk_offer_visits")),
    )
    with op.batch_alter_table("apec_agreement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_public", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("sends_all", sa.Boolean(), server_default=sa.true(), nullable=False))

    with op.batch_alter_table("establishment", schema=None) as batch_op:
        batch_op.create_index("ix_establishment_place", ["postcode", "city"], unique=False)

    with op.batch_alter_table("opco_contact", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("stopped_by_owner", sa.Boolean(), server_default=sa.false(), nullable=False)
        )

    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_column("seen_at")

    with op.batch_alter_table("opco_contact", schema=None) as batch_op:
        batch_op.drop_column("stopped_by_owner")

    with op.batch_alter_table("establishment", schema=None) as batch_op:
        batch_op.drop_index("ix_establishment_place")

    with op.batch_alter_table("apec_agreement", schema=None) as batch_op:
        batch_op.drop_column("sends_all")
        batch_op.drop_column("is_public")

    op.drop_table("offer_visits")
