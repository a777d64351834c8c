"""Sign-in at the university's identity provider (OpenID Connect Core 1.0, code flow with PKCE)."""
