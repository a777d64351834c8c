"""The serving process: its life, its workers, its watchdog and its memory."""
