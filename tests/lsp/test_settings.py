"""The language server's settings: their sources, and which source takes precedence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tutor_lsp.service.address import WrongAddress, check_server_url
from tutor_lsp.settings import Settings, from_environment, with_configuration, with_initialization_options

if TYPE_CHECKING:
    from testing.editor_side.editor import Conversation, Json


class TestServerUrl:
    """The service URLs to which code and tokens may be sent."""

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
        """A URL with https is allowed for any host, one with http only for loopback; URLs are normalised."""
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
        """Any other URL is an error whose message does not repeat the URL, which may contain a password."""
        with pytest.raises(WrongAddress) as refused:
            check_server_url(url)

        assert "pass" not in str(refused.value)


class TestSources:
    """The sources: the environment, the editor's initialization options, and its configuration."""

    def test_nothing_set_is_local_mode(self) -> None:
        """Without settings, and with empty variables, the server runs in local mode."""
        assert from_environment({"TUTOR_SERVER_URL": "", "TUTOR_DATA_DIR": "", "TUTOR_ACCESS_TOKEN": ""}) == Settings()

    def test_the_environment(self) -> None:
        """The three environment variables in the contract are read, and the settings' `repr` hides the token."""
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
        """The default data folder is the platform's folder for user data, named after the distribution."""
        assert Settings().data_dir.name == "ask-tutor"

    def test_the_editor_may_name_the_server_at_the_start(self) -> None:
        """`serverUrl` of the initialization options is used if the environment names no service."""
        options = {"serverUrl": "https://uni.example", "programmingLevel": 1, "mathsLevel": 5, "answerIn": "message"}

        from_editor = with_initialization_options(Settings(), options)
        from_both = with_initialization_options(Settings(server_url="https://other.example"), options)

        assert (from_editor.server_url, from_both.server_url) == ("https://uni.example", "https://other.example")
        assert (from_editor.programming_level, from_editor.maths_level, from_editor.answer_in) == (1, 5, "message")

    def test_a_folders_settings_cannot_redirect(self) -> None:
        """`serverUrl` in `workspace/configuration` is ignored, since a downloaded folder's settings may contain it."""
        assert with_configuration(Settings(), {"serverUrl": "https://evil.example"}) == Settings()

    def test_the_user_says_how_student_numbers_look(self) -> None:
        """The pattern for student numbers is read only at the start; an invalid regular expression is an error."""
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
            {"programmingLevel": None, "mathsLevel": "3", "answerIn": ["message"], "editSearchSeconds": "5"},
            {"editSearchSeconds": -1},
            {"editSearchSeconds": True},
        ],
    )
    def test_values_of_the_wrong_kind_count_as_absent(self, section: Any) -> None:
        """A setting of the wrong type is ignored, and the other settings are still used."""
        assert with_initialization_options(Settings(), section) == Settings()

    def test_a_wrong_address_is_a_fault_that_names_the_setting(self) -> None:
        """If a URL is invalid, the error is a sentence for the student that names the setting."""
        by_environment = from_environment({"TUTOR_SERVER_URL": "http://uni.example"})
        by_editor = with_initialization_options(Settings(), {"serverUrl": "uni.example"})

        assert by_environment.fault == (
            "The setting TUTOR_SERVER_URL must start with https://, since http is not encrypted."
        )
        assert by_editor.fault == "The setting tutor.serverUrl must start with https://."
        assert (by_environment.server_url, by_editor.server_url) == (None, None)


class TestFromTheEditor:
    """Settings that the server requests with `workspace/configuration`."""

    CAPABILITIES: Json = {  # noqa: RUF012 - the class attribute is mutable, but no test changes it
        "workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}}
    }

    async def test_it_asks_and_wants_to_be_told(self, conversation: Conversation) -> None:
        """The server requests its settings after `initialized`, and again after each change, for which it registers."""
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
        assert (await editor.hear("window/showMessage"))["message"].startswith("Hint 1")

    async def test_an_editor_that_pushes(self, conversation: Conversation) -> None:
        """If the editor does not support requests for settings, those in `didChangeConfiguration` are used."""
        editor = conversation.editor
        await editor.initialize({})
        await editor.notify("workspace/didChangeConfiguration", {"settings": {"tutor": {"answerIn": "notifications"}}})
        await editor.notify("workspace/didChangeConfiguration", {"settings": [1]})

        answer = await editor.answer(await editor.ask(await editor.open("x = 1\n")))

        assert answer.text == "Look at line 1."
