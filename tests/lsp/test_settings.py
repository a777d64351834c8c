"""Tests of the language server's settings: where they come from, and which of them go first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tutor_lsp.service.address import WrongAddress, check_server_url
from tutor_lsp.settings import Settings, from_environment, with_configuration, with_initialization_options

if TYPE_CHECKING:
    from testing.editor_side.editor import Conversation, Json


class TestServerUrl:
    """Where code and tokens may go."""

    @pytest.mark.parametrize(
        ("url", "normal"),
        [
            ("https://tutor.uni.example", "https://tutor.uni.example"),
            (" https://tutor.uni.example/ ", "https://tutor.uni.example"),
            ("https://uni.example:8443/tutor/", "https://uni.example:8443/tutor"),
            ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
            ("http://localhost:8765/", "http://localhost:8765"),
            ("http://[::1]:8765", "http://[::1]:8765"),
        ],
    )
    def test_good_ones_take_their_normal_form(self, url: str, normal: str) -> None:
        """Https goes anywhere, plain http to loopback."""
        assert check_server_url(url) == normal

    @pytest.mark.parametrize(
        "url",
        [
            "http://tutor.uni.example",
            "http://127.0.0.1.uni.example",
            "http://0.0.0.0:8765",
            "http://192.168.1.2",
            "ftp://uni.example",
            "uni.example",
            "https://",
            "https://user:pass@uni.example",
            "https://uni.example?next=x",
            "https://uni.example#x",
            "https://uni.example:port",
            "https://[::1",
            "file:///etc/passwd",
        ],
    )
    def test_others_are_refused(self, url: str) -> None:
        """Anything else is an error, and none of them repeats the address, which may hold a password."""
        with pytest.raises(WrongAddress) as refused:
            check_server_url(url)

        assert "pass" not in str(refused.value)


class TestSources:
    """The environment, what the editor passes at the start, and its configuration."""

    def test_nothing_set_is_local_mode(self) -> None:
        """Empty variables count as unset."""
        assert from_environment({"TUTOR_SERVER_URL": "", "TUTOR_DATA_DIR": "", "TUTOR_ACCESS_TOKEN": ""}) == Settings()

    def test_the_environment(self) -> None:
        """The three variables of the contract; the token is not in the printed form."""
        environment = {
            "TUTOR_SERVER_URL": "http://127.0.0.1:1/",
            "TUTOR_ACCESS_TOKEN": "t0ken",
            "TUTOR_DATA_DIR": "/data/x",
        }

        settings = from_environment(environment)

        assert (settings.server_url, settings.access_token, settings.data_dir) == (
            "http://127.0.0.1:1",
            "t0ken",
            Path("/data/x").absolute(),
        )
        assert "t0ken" not in repr(settings)

    def test_without_a_data_folder_it_is_the_users(self) -> None:
        """The folder is the platform's, named after the distribution."""
        assert Settings().data_dir.name == "ask-tutor"

    def test_the_editor_may_name_the_server_at_the_start(self) -> None:
        """`serverUrl` of the options counts where the environment names none."""
        options = {"serverUrl": "https://uni.example", "programmingLevel": 1, "mathsLevel": 5, "answerIn": "message"}

        from_editor = with_initialization_options(Settings(), options)
        from_both = with_initialization_options(Settings(server_url="https://other.example"), options)

        assert (from_editor.server_url, from_both.server_url) == ("https://uni.example", "https://other.example")
        assert (from_editor.programming_level, from_editor.maths_level, from_editor.answer_in) == (1, 5, "message")

    def test_a_folders_settings_cannot_redirect(self) -> None:
        """`serverUrl` of `workspace/configuration`, where a folder's own settings are mixed in, is not read."""
        assert with_configuration(Settings(), {"serverUrl": "https://evil.example"}) == Settings()

    def test_the_user_says_how_student_numbers_look(self) -> None:
        """At the start only: no folder's settings decide what is private. What is no expression is a fault."""
        set_by_user = with_initialization_options(Settings(), {"studentNumber": r"H\d{6}"})
        wrong = with_initialization_options(Settings(), {"studentNumber": "("})

        assert set_by_user.student_number == r"H\d{6}"
        assert with_configuration(Settings(), {"studentNumber": "x"}) == Settings()
        assert wrong.fault == "The setting tutor.studentNumber is not a regular expression."

    @pytest.mark.parametrize(
        "section",
        [
            None,
            [],
            "x",
            {},
            {"unknown": 1},
            {
                "programmingLevel": 6,
                "mathsLevel": True,
                "diagnostics": "no",
                "answerIn": "pop-up",
                "serverUrl": 5,
            },
            {"programmingLevel": None, "mathsLevel": "3", "answerIn": ["message"]},
        ],
    )
    def test_values_of_the_wrong_kind_count_as_absent(self, section: Any) -> None:
        """A mistake in one setting does not cost the others, nor the start."""
        assert with_initialization_options(Settings(), section) == Settings()

    def test_a_wrong_address_is_a_fault_that_names_the_setting(self) -> None:
        """The sentence is for the student."""
        by_environment = from_environment({"TUTOR_SERVER_URL": "http://uni.example"})
        by_editor = with_initialization_options(Settings(), {"serverUrl": "uni.example"})

        assert by_environment.fault == (
            "The setting TUTOR_SERVER_URL must start with https://, since http is not encrypted."
        )
        assert by_editor.fault == "The setting tutor.serverUrl must start with https://."
        assert (by_environment.server_url, by_editor.server_url) == (None, None)


class TestFromTheEditor:
    """`workspace/configuration`, over the wire."""

    CAPABILITIES: Json = {  # noqa: RUF012 - a constant
        "workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}}
    }

    async def test_it_asks_and_wants_to_be_told(self, conversation: Conversation) -> None:
        """After `initialized` it pulls the section and registers for changes; a change makes it pull again."""
        editor = conversation.editor
        section = {"answerIn": "notifications"}
        editor.replies["workspace/configuration"] = lambda _: [section]
        editor.replies["client/registerCapability"] = lambda _: None
        await editor.initialize(self.CAPABILITIES)
        registered = await editor.hear("client/registerCapability")

        ask_id = await editor.ask(await editor.open("x = 1\n"))
        first = await editor.answer(ask_id)
        section["answerIn"] = "message"
        await editor.notify("workspace/didChangeConfiguration", {"settings": None})
        await editor.until(lambda: len(editor.all_heard("workspace/configuration")) == 2)
        await editor.execute("tutor.status")
        await editor.ask("file:///work/fact.py")

        assert editor.all_heard("workspace/configuration")[0] == {"items": [{"section": "tutor"}]}
        assert registered["registrations"][0]["method"] == "workspace/didChangeConfiguration"
        assert registered["registrations"][0]["registerOptions"] == {"section": "tutor"}
        assert first.ended["reason"] == "completed"
        assert (await editor.hear("window/showMessage"))["message"].startswith("**Hint 1")

    async def test_an_editor_that_pushes(self, conversation: Conversation) -> None:
        """Where it cannot ask, it reads what `didChangeConfiguration` brings."""
        editor = conversation.editor
        await editor.initialize({})
        await editor.notify("workspace/didChangeConfiguration", {"settings": {"tutor": {"answerIn": "notifications"}}})
        await editor.notify("workspace/didChangeConfiguration", {"settings": [1]})

        answer = await editor.answer(await editor.ask(await editor.open("x = 1\n")))

        assert answer.text == "Look at line 1."
