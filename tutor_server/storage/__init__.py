"""What the service keeps: tables, engines, the writer, and the statements by aggregate."""
