"""Storage: tables, engines, the writer, and the SQL statements of each aggregate."""
