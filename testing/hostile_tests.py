"""Code of students that attacks a test run, by accident or not, and what the run says about it."""

from __future__ import annotations

HOSTILE: dict[str, tuple[str, str]] = {
    "fork": (
        "import os\nwhile True: os.fork()",
        r"started more than 64 processes|took more than 1024 MB|BlockingIOError",
    ),
    "fork and leave the group": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(60)\n    os._exit(0)",
        "",
    ),
    "a forked child that goes on": ("import os\nos.fork()", ""),
    "threads": (
        "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()",
        r"started more than 64 processes and threads|can't start new thread",
    ),
    "a thread that never ends": ("import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()", ""),
    "endless output": (
        "import os\nwhile True: os.write(1, b'x' * 65536)",
        r"printed more than 8 MB, and was stopped|did not finish",
    ),
    "endless output beside stdout": (
        "import os\nwhile True: os.write(2, b'x' * 65536)",
        r"printed more|did not finish",
    ),
    "4 GB at once": ("x = bytearray(4 * 1024**3)", "MemoryError"),
    "4 GB bit by bit": (
        "x = []\nwhile True: x.append(b'x' * (16 * 1024**2))",
        r"took more than 1024 MB of memory|MemoryError|did not finish",
    ),
    "deletes files": ("import os\nfor name in os.listdir(): os.remove(name)", ""),
    "deletes the folder": ("import shutil\nshutil.rmtree('.')", ""),
    "endless files": (
        "n = 0\nwhile True:\n    n += 1\n    open(f'f{n}', 'wb').write(b'x' * 8 * 1024**2)",
        r"wrote more than 128 MB of files|did not finish|No space",
    ),
    "a huge file": ("f = open('f', 'wb')\nwhile True: f.write(b'x' * 1024**2)", r"File too large|SIGXFSZ|wrote more"),
    "deep folders": ("import os\nfor _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')", ""),
    "locked folders": ("import os\nos.mkdir('d')\nopen('d/f', 'w').close()\nos.chmod('d', 0)", ""),
    "a socket": (
        "import socket\nsocket.create_connection(('192.0.2.1', 80), 3)",
        "Network is unreachable|Permission denied",
    ),
    "os._exit": ("import os\nos._exit(0)", r"ended Python itself \(exit status 0\), before all tests were done"),
    "os.abort": ("import os\nos.abort()", r"crashed Python itself \(SIGABRT\)"),
    "kills itself": ("import os\nos.kill(os.getpid(), 9)", r"crashed Python itself \(SIGKILL\)"),
    "kills its parent": ("import os\nos.kill(os.getppid(), 9)", ""),
    "kills everything": ("import os, signal\nos.kill(-1, signal.SIGTERM)", ""),
    "a C crash": ("import ctypes\nctypes.string_at(0)", r"crashed Python itself \(SIGSEGV\)"),
    "settrace": ("import sys\nsys.settrace(lambda *a: 1 / 0)\ndef f(): pass\nf()", "ZeroDivisionError"),
    "chdir": ("import os\nos.chdir('/')", ""),
    "stdout": ("import sys\nsys.stdout = sys.stderr = None\nsys.__stdout__ = None", ""),
    "closed files": ("import os\nos.closerange(0, 256)", ""),
    "sys.exit": ("import sys\nsys.exit(3)", "SystemExit: 3"),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", r"KeyboardInterrupt|ended Python itself"),
    "deep recursion": ("def f(): f()\nf()", "RecursionError"),
    "very deep recursion": (
        "import sys\nsys.setrecursionlimit(10**9)\ndef f(x): repr(x)\nx = []\nfor _ in range(10**6): x = [x]\nf(x)",
        r"crashed Python itself|RecursionError|did not (?:finish|end)|MemoryError",
    ),
    "an exception that cannot be shown": (
        "class E(Exception):\n    def __str__(self): raise ValueError\nraise E",
        "E",
    ),
    "a value that cannot be shown": (
        (
            "class V:\n    def __repr__(self): raise ValueError\n"
            "    def __getattribute__(self, name): raise ValueError\n"
            "v = V()\nraise KeyError(1)"
        ),
        "KeyError: 1",
    ),
    "no modules": ("import sys\nfor name in list(sys.modules):\n    if name != __name__: sys.modules[name] = None", ""),
    "replaced functions": ("import os, json\nos.open = os.write = json.dumps = None", ""),
    "ignored alarms": (
        "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass",
        r"was stopped",
    ),
    "swallowed alarms": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        r"did not end in 20 seconds|did not finish in 8 seconds",
    ),
}
"""The code by what it does, with a pattern of the words for a run whose test it is (limits of 20 and 8 seconds).

The pattern is empty if the test may pass.
"""
