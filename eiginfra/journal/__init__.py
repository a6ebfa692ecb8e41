"""What was done: runs, intents, results, records and the lock, in an SQLite file or a PostgreSQL database.

What lives here: SQLAlchemy Core, and the implementation of `core.journal.Journal`. What may not: decisions. The journal only
stores; the engine decides. If it is lost, only the causes of differences and the history are.
"""

from eiginfra.journal.errors import JournalError
from eiginfra.journal.journal import DatabaseJournal, open_journal
from eiginfra.journal.reports import Run, RunReport, RunStep

__all__ = ["DatabaseJournal", "JournalError", "Run", "RunReport", "RunStep", "open_journal"]
