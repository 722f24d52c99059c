//! The database: entities, migrations, bulk reads and writes, on SQLite and PostgreSQL.
