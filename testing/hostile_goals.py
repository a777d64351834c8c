"""Addresses that are no page of the dashboard, so that no sign-in may lead there."""

from __future__ import annotations

_OTHER_SITES = (
    *("//evil.example", "///evil.example", "////evil.example", "/\t/evil.example", "/\n/evil.example"),
    *("https://evil.example", "https:evil.example", "https:/evil.example", "HTTPS://evil.example/admin"),
    *("javascript:alert(1)", "data:text/html,x", "http://127.0.0.1@evil.example/admin", "@evil.example"),
    *("evil.example", ".evil.example", "/admin@evil.example", "/admin.evil.example", "/admin:80"),
    *("\\\\evil.example", "/\\evil.example", "\\/evil.example", "\\evil.example", "/admin\\x", "/admin/\\evil.example"),
    *("%2f%2fevil.example", "/%5cevil.example", "/%2fevil.example", "/%09/evil.example", "/admin%2f%2fevil.example"),
    *("/admin//evil.example", "/admin/\uff0fevil.example"),
)
_OTHER_PAGES = (
    *("/admin/../x", "/admin/..", "/admin/.", "/admin/./x", "/admin/%2e%2e/x", "/admin/\u2025/x"),
    *("/adminx", "/ADMIN", "/admin/", "/account", "/", "", "admin", "admin/audit"),
)
_NO_PATHS = (
    *("/admin\r\nX: y", "/admin\nX: y", "/admin\n", "/admin/\x7f", "/admin/\x85x", "/admin;x", '/admin"x'),
    *("/admin/\u202eevil", "/admin/caf\u00e9", "/admin/\u0660", " /admin/audit", "/admin/audit "),
    *("/admin?x", "/admin#x", "/admin?goal=//evil.example"),
    *("/admin/" + 400 * "x", "/admin" + 400 * "/x"),
)
HOSTILE_GOALS = (*_OTHER_SITES, *_OTHER_PAGES, *_NO_PATHS)
"""Other sites as browsers read them, other pages of the service, and control characters and what is too long."""
