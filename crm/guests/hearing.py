"""Which news changes how guests are found. Importing this module is what subscribes."""

from crm.companies.events import CompanyAmended
from crm.kit.events import subscribe

FOLLOW_COMPANY = "guests.follow_company"

subscribe(CompanyAmended.kind, FOLLOW_COMPANY)
