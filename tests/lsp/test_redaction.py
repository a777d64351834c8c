"""Redaction (list T, T6): private values are replaced by placeholders in asks, and restored in answers."""

from __future__ import annotations

import io
import re
import time
import tokenize
from itertools import pairwise
from pathlib import PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from testing.editor_side.redacted import KEY, REDACTOR, ask, redacted
from tutor_lsp.capture.redaction.private_patterns import PrivatePatterns
from tutor_lsp.capture.redaction.redaction import Redactor
from tutor_pedagogy.problem.identity import identify
from tutor_protocol import Cell, Diagnostic, Position, encode


def tokenizes(code: str) -> bool:
    """Return whether Python's tokenizer accepts a program."""
    try:
        list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):
        return False
    return True


PRIVATE_CODE = [
    ('key = "sk-proj-Abc123def456ghi789"', "sk-proj-Abc123def456ghi789"),
    ("key = 'ghp_abcdefghij0123456789ABCDEFGHIJ012345'", "ghp_abcdefghij0123456789ABCDEFGHIJ012345"),
    ('aws = ["AKIAIOSFODNN7EXAMPLE"]', "AKIAIOSFODNN7EXAMPLE"),
    ('jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"', "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"),
    ("key = sk-proj-Abc123def456ghi789", "sk-proj-Abc123def456ghi789"),
    ('headers = {"Authorization": "Bearer abc123.def456"}', "abc123.def456"),
    ('digest_key = "9f86d081884c7d659a2feaa0c55ad015"', "9f86d081884c7d659a2feaa0c55ad015"),
    ('password = "geheim"', "geheim"),
    ('password: str = "geheim"', "geheim"),
    ('self.db_password = "correct horse"', "correct horse"),
    ('login("ann", password="geheim")', "geheim"),
    ('config = {"passwort": "geheim"}', "geheim"),
    ('os.environ["API_KEY"] = "swordfish"', "swordfish"),
    ('key = os.environ.get("API_KEY", "swordfish")', "swordfish"),
    ('if password == "geheim":\n    pass', "geheim"),
    ('if "geheim" == password:\n    pass', "geheim"),
    ('passwords = {"ann": "geheim", "bob": "auchgeheim"}', "auchgeheim"),
    ('password = """erste\nzweite zeile\n"""', "zweite zeile"),
    ('password = "hunter2', "hunter2"),
    ('dbPassword = "geheim"', "geheim"),
    ('login("ann", "geheim")', "geheim"),
    ('if smtp.login(user, "app word here"):\n    pass', "app word here"),
    ('connect(host, user, "s3cret")', "s3cret"),
    ('requests.get(url, auth=("ann", "geheim"))', "geheim"),
    ('user.set_password("geheim")', "geheim"),
    ('client.setApiKey("swordfish")', "swordfish"),
    ('def check(name: str, pwd=""):\n    pass\ncheck("ann", "geheim")', "geheim"),
    ('class Box:\n    def __init__(self, owner, password):\n        pass\nBox("ann", "geheim")', "geheim"),
    ("def enrol(course, student_id):\n    pass\nenrol(101, 7654321)", "7654321"),
    ("# machine h login ann password geheim", "geheim"),
    ("# curl -u ann:geheim https://x.example", "geheim"),
    ('print("token=abc123def")', "abc123def"),
    ('s = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"', "wJalrXUtnFEMI"),
    ('post("https://hooks.slack.com/services/T01/B02/abcdefghijklmnop")', "abcdefghijklmnop"),
    ('open("/export/home/annlee/data.csv")', "annlee"),
    ('open("~annlee/data.csv")', "annlee"),
    (r'open(r"\\srv\Users\annlee\data.csv")', "annlee"),
    ("# password: hunter2", "hunter2"),
    ('print("my api_key is hunter2!")', "hunter2"),
    ('"""\nAPI token: none\npassword = \'geheim\'\n"""', "geheim"),
    ('url = f"postgresql://ann:geheim@db/{name}"', "geheim"),
    ('get("https://api.example/v1?api_key=swordfish&q=1")', "swordfish"),
    (
        'pem = """-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END PRIVATE KEY-----"""',
        "MIIEvQIBADANBgkqhkiG9w0B",
    ),
    ("# ann.lee@uni.example", "ann.lee"),
    ('to = "Ann <ann+x@mail.uni.example>"', "ann+x"),
    ('to = "Hello\\nann@uni.example"', "ann@uni.example"),
    ("to = ann.lee@uni.example", "ann.lee"),
    ('open("/home/annlee/data.csv")', "annlee"),
    ('open("/Users/ann.lee/data.csv")', "ann.lee"),
    ("open(r'C:\\Users\\Ann Lee\\data.csv')", "Ann Lee"),
    ('open("C:\\\\Users\\\\annlee\\\\data.csv")', "annlee"),
    ("open(/home/annlee/data.csv)", "annlee"),
    ("student_id = 1234567", "1234567"),
    ('matrikelnummer = "01234567"', "01234567"),
    ('grades = {}\nstudents = {1234567: "A", "s7654321": "B"}', "s7654321"),
    ("# Ann Lee, 12345678", "12345678"),
    ('save("hw3_12345678.txt")', "12345678"),
    ("# 12345678\nprint(12345678)", "12345678"),
    ("# student no. 54321", "54321"),
]


@pytest.mark.parametrize(("code", "private"), PRIVATE_CODE)
def test_t6_private_things_in_code_do_not_leave(code: str, private: str) -> None:
    """T6: private values in code are replaced, its lines and indentation stay, and quoting it restores them."""
    before = ask(code)
    after, restoration = REDACTOR.redact(before)

    assert private not in encode(after)
    assert restoration.restored(after.code) == code
    assert after.code.count("\n") == code.count("\n")
    assert [len(line) - len(line.lstrip()) for line in after.code.split("\n")] == [
        len(line) - len(line.lstrip()) for line in code.split("\n")
    ]
    assert tokenizes(after.code) == tokenizes(code)


@pytest.mark.parametrize(
    "code",
    [
        "c = 299792458",
        "population = 8123456",
        "A@B.T",
        "y = a@b.shape + w@x.reshape(2)",
        'tokens = ["+", "-", "return"]',
        'token = "if"',
        'secret = "banana"',
        'password = input("Your password: ")',
        'print("Password: must be long")',
        "pi = 3.14159265",
        'x = "0.12345678"',
        "def test_the_name_of_a_test_may_be_as_long_as_this_one_is_2():\n    pass",
        'print("Basic understanding", "Bearer of bad news")',
        "half = total/home/annual",
        '"/homework/ann"',
        "password = ''",
        'login(input("Name: "), input("Password: "))',
        'ask_password("Your password: ")',
        'connect("school.db", "rw")',
        'move("north", "east")\nfig.canvas.mpl_connect("key_press_event", draw)',
        'formula = "y ~x1/x2"\ntoken == "+"',
    ],
)
def test_what_only_looks_private_stays(code: str) -> None:
    """Numbers, matrix products and ordinary words of an exercise are not redacted."""
    assert redacted(code).code == code


def test_t6_private_things_in_all_else_do_not_leave() -> None:
    """T6: private values in diagnostics, traceback, cells, output and question are replaced.

    This includes values that are only recognised in the code.
    """
    after, _ = REDACTOR.redact(
        ask(
            'password = "geheim"\ncheck(password)\n',
            diagnostics=(
                Diagnostic(line=1, character=0, end_line=1, end_character=5, message="geheim; see ann@uni.example"),
            ),
            traceback='  File "/home/annlee/hw_12345678.py", line 2, in <module>\nValueError: geheim is short',
            cells=(Cell(source='key = "sk-proj-Abc123def456ghi789"', output="geheim 12345678 /Users/annlee/x"),),
            question="I am s1234567, why is geheim wrong?",
        )
    )

    frame = encode(after)
    assert not [word for word in ("geheim", "ann@", "annlee", "12345678", "sk-proj", "s1234567") if word in frame]


def test_one_value_has_one_placeholder_in_every_ask_of_a_computer() -> None:
    """A value has the same placeholder in each ask, so that the problem stays the same; other computers use others."""
    once, again = redacted('password = "geheim"\n'), redacted('# new\nx = 1\npassword = "geheim"\nprint("geheim")\n')
    elsewhere = Redactor(PrivatePatterns(), b"another key").redact(ask('password = "geheim"\n'))[0]
    (word,) = re.findall("redacted_[a-z2-7]{6}", once.code)

    assert again.code.count(word) == 2
    assert word not in elsewhere.code


def test_the_home_folder_of_the_user_is_known() -> None:
    """The name in the path of the user's home folder is redacted, even if the folder is in an unusual place."""
    redactor = Redactor(PrivatePatterns(home=PurePosixPath("/afs/uni/people/annlee")), KEY)

    after, _ = redactor.redact(ask('open("/afs/uni/people/annlee/data.csv")'))

    assert re.fullmatch(r'open\("/afs/uni/people/person_\w{6}/data.csv"\)', after.code)


def test_the_form_of_student_numbers_can_be_set() -> None:
    """The pattern for student numbers in the settings replaces the built-in pattern."""
    redactor = Redactor(PrivatePatterns(re.compile(r"H\d{3}-\d{3}|\d{10}")), KEY)

    after, _ = redactor.redact(ask("# H123-456 and 12345678\nprint(1234567890, 12345678)\n"))

    assert re.fullmatch(r"# student_\w{6} and 12345678\nprint\(\d{10}, 12345678\)\n", after.code)
    assert "1234567890" not in after.code


def test_cursor_and_diagnostics_point_right() -> None:
    """Cursors and diagnostics after a placeholder move with their text, and those inside a placeholder stay inside."""
    code = 'x = 1\nconnect("/home/al/db", password="geheim", port=prot)\n'
    line = code.split("\n")[1]
    start = line.index("prot)")
    inside = line.index("geheim")
    after = redacted(
        code,
        cursor=Position(1, start),
        diagnostics=(
            Diagnostic(line=1, character=start, end_line=1, end_character=start + 4, message="undefined"),
            Diagnostic(line=1, character=inside, end_line=1, end_character=inside + 6, message="weak"),
            Diagnostic(line=0, character=0, end_line=2, end_character=0, message="all"),
            Diagnostic(line=1, character=0, end_line=1, end_character=1000, message="beyond"),
        ),
    )
    shown = after.code.split("\n")[1]
    undefined, weak, whole, beyond = after.diagnostics

    assert shown[after.cursor.character :] == "prot)"
    assert shown[undefined.character : undefined.end_character] == "prot"
    assert re.fullmatch(r"redacted_\w{6}", shown[weak.character : weak.end_character])
    assert (whole.line, whole.character, whole.end_line, whole.end_character) == (0, 0, 2, 0)
    assert beyond.end_character == 1000 + len(shown) - len(line)


def test_the_marks_of_a_traceback_stay_under_what_they_mark() -> None:
    """The `^^^^` markers of a traceback stay below the same text when placeholders change its position."""
    source = 'open("/home/al/x") + login("ann", password="geheim")[i]'
    after = redacted(
        source,
        traceback="\n".join(
            (
                '  File "/home/al/x.py", line 1, in <module>',
                f"    {source}",
                "    " + " " * source.index("login") + "~" * (len(source) - source.index("login") - 3) + "^^^",
                "    " + " " * source.index("geheim") + "^^^^^^",
                "IndexError: list index out of range",
            )
        ),
    )
    assert after.traceback is not None
    _, shown, marks, _, last = after.traceback.split("\n")

    assert [shown[match.start() : match.end()] for match in re.finditer(r"\^+", marks)] == ["[i]"]
    assert shown[marks.index("~") :].startswith("login(")
    assert last == "IndexError: list index out of range"


def test_marks_over_a_placeholder_cover_it() -> None:
    """The markers below a redacted expression are as long as its placeholder."""
    after = redacted(traceback='    f("geheim1")  # password: geheim1\n      ^^^^^^^^^\n')
    assert after.traceback is not None
    shown, marks, _ = after.traceback.split("\n")

    assert re.fullmatch(r'"redacted_\w{6}"', shown[marks.index("^") : marks.rindex("^") + 1])


def test_the_unit_and_the_error_line_are_still_found() -> None:
    """T6: the service finds the same function and the same lines as in the original code."""
    code = 'def a():\n    return 1\n\n\ndef login():\n    password = "geheim"\n    return pasword\n'

    before = identify(code, Position(6, 4), "document").unit
    after = identify(redacted(code).code, Position(6, 4), "document").unit

    assert (after.name, after.start_line, after.end_line) == (before.name, before.start_line, before.end_line)


def test_a_placeholder_is_no_word_of_the_ask() -> None:
    """If the ask already contains a text like the placeholder, another placeholder is chosen."""
    (word,) = re.findall("redacted_[a-z2-7]{6}", redacted('password = "geheim"').code)
    code = f'password = "geheim"\nprint("{word}")\n'

    after, restoration = REDACTOR.redact(ask(code))

    assert after.code.count(word) == 1
    assert restoration.restored(after.code) == code


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_answers_are_put_right_whatever_the_pieces(size: int) -> None:
    """A placeholder is restored even if it is split over several deltas, escaped, or at the very end."""
    code = 'password = "geheim"\nstudent_id = 1234567\nmail = "ann@uni.example"\n'
    after, restoration = REDACTOR.redact(ask(code))
    secret, number, mail = re.findall(r"redacted_\w{6}|\d{7}|person_\w+@\S+example", after.code)
    escaped = secret.replace("_", "\\_")
    answer = f"`{secret}` is not {escaped}, {number}1 or x{secret}. redacted_ person_{mail}: {number}"

    stream = restoration.stream()
    pieces = [stream.feed(answer[start : start + size]) for start in range(0, len(answer), size)]

    assert "".join([*pieces, stream.finish()]) == (
        f"`geheim` is not geheim, {number}1 or x{secret}. redacted_ person_ann@uni.example: 1234567"
    )


def test_text_waits_only_while_it_may_be_a_placeholder() -> None:
    """Text of an answer is held back only while it may be the start of a placeholder."""
    _, restoration = REDACTOR.redact(ask('password = "geheim"\n'))
    stream = restoration.stream()

    assert [stream.feed(piece) for piece in ("Look at ", "line 1 re", "d.", " ")] == [
        "Look at ",
        "line 1 ",
        "red.",
        " ",
    ]


PIECES = st.sampled_from(
    [
        *(code for code, _ in PRIVATE_CODE),
        *(
            "def f():",
            "    ",
            "x = ",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            '"',
            "'",
            '"""',
            "'''",
            "#",
            "\\",
            "\n",
            " ",
            "\t",
            "f'{",
        ),
        *("password", " = ", ": ", "==", "é", "日本", "🐍", "\x0c", "1", "0", ".", "@", "/", "_", "-", ",", "r", "\\n"),
    ]
)


@given(code=st.lists(PIECES, max_size=14).map("".join), other=st.lists(PIECES, max_size=4).map("".join))
@example(code='password = "a\\"(b"\nx = (', other="")
@example(code='password = "de foo"\nprint("ann@x.de foo")\n', other="ann@x.de foo")
@example(code='password = "line\\\nnext"\n', other="line")
def test_redaction_can_be_taken_back_and_keeps_lines_and_tokens(code: str, other: str) -> None:
    """Redaction of any program can be reversed, and changes neither its number of lines nor whether it tokenizes."""
    after, restoration = REDACTOR.redact(ask(code, traceback=other))

    assert restoration.restored(after.code) == code
    assert restoration.restored(after.traceback or "") == other
    assert after.code.count("\n") == code.count("\n")
    assert tokenizes(after.code) == tokenizes(code)


@given(
    answer=st.lists(
        st.sampled_from(["redacted_", "S", "N", "M", " ", "x", "_", "\\_", "1", "`", "person_", "\n"]), max_size=12
    ),
    cuts=st.lists(st.integers(0, 200), max_size=8),
)
def test_an_answer_reads_the_same_however_it_is_cut(answer: list[str], cuts: list[int]) -> None:
    """The restored answer does not depend on how it is split into deltas."""
    code = 'password = "geheim"\nstudent_id = 1234567\nmail = "ann@uni.example"\n'
    after, restoration = REDACTOR.redact(ask(code))
    secret, number, mail = re.findall(r"redacted_\w{6}|\d{7}|person_\w+@\S+example", after.code)
    text = "".join(answer).replace("S", secret).replace("N", number).replace("M", mail)
    stream, bounds = restoration.stream(), [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]

    pieces = [stream.feed(text[start:end]) for start, end in pairwise(bounds)]

    assert "".join([*pieces, stream.finish()]) == restoration.restored(text)


@pytest.mark.parametrize(
    "code",
    [
        "# student" + " " * 200_000,
        "_" * 100_000 + "(" + "1," * 50_000 + ")",
        "_" * 100_000 + " = [" + "1," * 50_000 + "]",
        "'\n" * 100_000,
        'f"{' * 80_000,
        "a" * 200_000 + "'",
    ],
    ids=["blanks", "a long name called", "a long name given", "single quotes", "quotes in quotes", "a long word"],
)
def test_code_of_any_form_is_redacted_in_bounded_time(code: str) -> None:
    """Redaction of the largest code, in any form, takes less than ten seconds."""
    started = time.process_time()
    redacted(code)
    assert time.process_time() - started < 10
