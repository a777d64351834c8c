"""The list of all routes of the service, for the application, the OpenAPI document and the tests."""

from __future__ import annotations

from tutor_server.api import (
    account_links,
    account_new,
    account_page,
    admin,
    admin_course,
    admin_page,
    admin_sign_in,
    auth,
    chat_socket,
    course_members,
    course_modules,
    courses,
    device,
    device_page,
    health,
    history,
    me,
    metrics,
    modules,
    oidc_pages,
)
from tutor_server.api.course_pages import audit, member, members, overview, settings
from tutor_server.api.course_pages import modules as course_module_pages

ROUTES = (
    *health.routes,
    *auth.routes,
    *device.routes,
    *device_page.routes,
    *account_page.routes,
    *account_new.routes,
    *account_links.routes,
    *oidc_pages.routes,
    *modules.routes,
    *history.routes,
    *me.routes,
    *courses.routes,
    *course_members.routes,
    *course_modules.routes,
    *admin.routes,
    *metrics.routes,
    *admin_course.routes,
    *admin_page.routes,
    *admin_sign_in.routes,
    *overview.routes,
    *members.routes,
    *member.routes,
    *course_module_pages.routes,
    *settings.routes,
    *audit.routes,
    *chat_socket.routes,
)
