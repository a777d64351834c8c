"""Who may ask now: the limits as one decision, and the slots of open connections."""
