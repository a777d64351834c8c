"""The serving process: its start and shutdown, its workers, its watchdog and its memory."""
