"""What the offline tutor says: one lesson for each rule, in modules that mirror the catalogue."""
