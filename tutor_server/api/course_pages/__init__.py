"""`/admin/courses`: the pages of a course for those who teach it, and for operators."""
