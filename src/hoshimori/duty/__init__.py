"""What the watch floor remembers: sweeps and what they told, jobs and who has them, alerts, who may come in.

Nothing here is a fact about the sky (that is the catalogue) or a judgement (that is the ledger): all of it can be made
again, except who acknowledged what and who was let in.
"""

from hoshimori.duty.duty import Duty
from hoshimori.duty.records import Alert, Change, Job, Kept, Page, Token, Told

__all__ = ["Alert", "Change", "Duty", "Job", "Kept", "Page", "Token", "Told"]
