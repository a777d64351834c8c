"""LTI 1.3 as a tool: launches from a course platform, Names and Roles, Deep Linking. No scores are sent."""
