"""Tests in real editors on a screen: what a student sees, clicks and types."""
