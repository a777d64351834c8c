"""`tutor sign-in`, `tutor sign-out` and `tutor status`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tutor_lsp.service.address import WrongAddress, check_server_url
from tutor_lsp.service.session import SignedOut
from tutor_lsp.sign_in import device as device_sign_in
from tutor_lsp.sign_in.accounts import AccountService
from tutor_lsp.sign_in.browser import open_page
from tutor_lsp.sign_in.token_store import StoreUnavailable
from tutor_lsp.terminal.exit_status import DONE, FAILED, WRONG_USE, Exit
from tutor_lsp.terminal.output import say, wrapped
from tutor_lsp.terminal.service import choose, run
from tutor_lsp.tutors.course import as_student
from tutor_lsp.tutors.tutor import LOCAL, SIGNED_OUT

if TYPE_CHECKING:
    import argparse

    from tutor_lsp.sign_in.accounts import DeviceCode, Profile
    from tutor_lsp.sign_in.sign_ins import SignIns
    from tutor_lsp.tutors.choice import TutorChoice

QUESTION = """\
This computer has no keyring that could keep your sign-in. May it be kept in a file that only you can read?
  {path}
[y/N] """


def sign_in(options: argparse.Namespace) -> int:
    """Sign in by the device authorisation grant, and store the tokens. Return the exit status."""
    choice = choose()
    if choice.has_environment_token:
        raise Exit(
            FAILED, "TUTOR_SERVER_URL and TUTOR_ACCESS_TOKEN are set, and go before any sign-in. Unset them first."
        )
    server_url, sign_ins = _service_of(options, choice), choice.sign_ins
    profile = run(_present_profile(choice, server_url))
    if profile is not None:
        run(sign_ins.use(server_url))
        say(f"You are signed in at {server_url} as {profile.email}. To change that, sign out first.")
        return DONE
    go_through_sign_in(choice, server_url)
    return DONE


def go_through_sign_in(choice: TutorChoice, server_url: str) -> None:
    """Show the page and the code, wait for the approval, and store the tokens. Raise `Exit`."""
    sign_ins = choice.sign_ins
    service = sign_ins.service(server_url)
    code = run(device_sign_in.begin(service, server_url, program="a terminal"))
    if not (run(sign_ins.has_keyring()) or sign_ins.may_use_file):
        _ask_for_file(sign_ins)
    _show(code, server_url)
    account = run(_finish(sign_ins, service, code, server_url))
    say("You are signed in." if account is None else f"You are signed in as {account}.")
    if choice.settings.server_url not in {None, server_url}:
        say(f"TUTOR_SERVER_URL is set to {choice.settings.server_url}, which goes first. Unset it to use this service.")


def sign_out(_options: argparse.Namespace) -> int:
    """Delete the sign-in on this computer, and tell the service. Return the exit status."""
    choice = choose()
    server_url = choice.server_url
    if server_url is None:
        say("You are not signed in.")
        return DONE
    is_told = run(_sign_out(choice.sign_ins, server_url))
    say(f"You are signed out of {server_url}.")
    if not is_told:
        say("The service could not be told. There, the sign-in ends by itself within 30 days.")
    if choice.has_environment_token:
        say("TUTOR_ACCESS_TOKEN is still set, and goes before any sign-in.")
    return DONE


def status(_options: argparse.Namespace) -> int:
    """Write the service, the account and the messages left today. Return the exit status."""
    choice = choose()
    server_url = choice.server_url
    if server_url is None:
        say(LOCAL.message)
        return DONE
    say(f"Service: {server_url}")
    profile = run(as_student(choice, server_url, AccountService.profile))
    if profile is None:
        say(SIGNED_OUT.message)
        return DONE
    resets_at = profile.resets_at.astimezone()
    say(
        f"Account: {profile.email}",
        f"Today:   {profile.messages_today} of {profile.daily_message_cap} messages; "
        f"the count starts again at {resets_at:%H:%M} (midnight UTC)",
    )
    return DONE


def _service_of(options: argparse.Namespace, choice: TutorChoice) -> str:
    if options.server is not None:
        try:
            return check_server_url(options.server)
        except WrongAddress as error:
            raise Exit(WRONG_USE, f"The address after --server {error}.") from None
    server_url = choice.server_url or choice.sign_ins.latest_server_url
    if server_url is None:
        raise Exit(
            WRONG_USE, "Say which service: tutor sign-in --server URL. Without one, `tutor ask` works all the same."
        )
    return server_url


async def _present_profile(choice: TutorChoice, server_url: str) -> Profile | None:
    try:
        return await as_student(choice, server_url, AccountService.profile)
    except SignedOut:  # `SignedOut` is raised, for example, if the stored tokens can no longer be read.
        return None


def _ask_for_file(sign_ins: SignIns) -> None:
    lines = QUESTION.format(path=sign_ins.tokens_path).split("\n")
    sys.stderr.write("\n".join(wrapped(line, sys.stderr) for line in lines[:-1]) + f"\n{lines[-1]}")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise Exit(
            FAILED,
            "Then there is nowhere to keep a sign-in. You can sign in from your editor, for as long as it is open.",
        )
    run(sign_ins.agree_to_file())


def _show(code: DeviceCode, server_url: str) -> None:
    is_open = sys.stdout.isatty() and open_page(device_sign_in.page_of(code, server_url))
    where = "Your browser shows this page, or open it yourself" if is_open else "In a browser, on any device, open"
    say(f"{where}:", "", f"    {code.verification_uri}", "", f"Your code is {code.user_code}.")
    say("Waiting until you have approved the sign-in there. Ctrl-C stops.")


async def _finish(sign_ins: SignIns, service: AccountService, code: DeviceCode, server_url: str) -> str | None:
    tokens = await device_sign_in.approval(service, code)
    account = await device_sign_in.account_of(service, tokens)
    kept = await sign_ins.keep(server_url, tokens, account)
    if kept.kept_in == "memory":
        await _sign_out(sign_ins, server_url)
        raise StoreUnavailable("Your sign-in could not be kept, neither in a keyring nor in a file.")
    return account


async def _sign_out(sign_ins: SignIns, server_url: str) -> bool:
    return await sign_ins.revoke(server_url, await sign_ins.forget(server_url))
