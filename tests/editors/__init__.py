"""Tests in real editors with a screen: what a student sees, clicks and types."""
