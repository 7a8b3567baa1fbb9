"""The database: tables, units of work, and the outbox."""
