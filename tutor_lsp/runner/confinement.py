"""Confine this process, and then run a command in it: no writing outside of some folders, no network, limited use.

It is a script, `python -I -S …/confinement.py OPTIONS COMMAND…`, that uses only the standard library and runs before
the student's code. `OPTIONS` is a JSON object (`Options`). What a system lacks is left out: the command runs anyway,
and the file `told` lists the means that hold.

| mean | holds | closes |
| --- | --- | --- |
| `limits` | POSIX (setrlimit(2)) | memory and size of files of each process; on Linux the number of processes |
| `namespaces` | Linux that lets users make user namespaces | writing outside, the network, what is left running |
| `landlock` | Linux 5.13 or newer (`landlock(7)`) | writing outside, and from 6.7 on TCP |
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import struct
import sys
from typing import Any, NoReturn, TypedDict

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = (
    *(0x00020000, 0x08000000),
    *(0x10000000, 0x20000000, 0x40000000),
)
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x1000, 0x4000, 0x40000
MOUNT_ATTR_RDONLY, AT_RECURSIVE, AT_FDCWD = 0x1, 0x8000, -100
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
SYS_MOUNT_SETATTR, SYS_LANDLOCK_CREATE, SYS_LANDLOCK_ADD, SYS_LANDLOCK_RESTRICT = 442, 444, 445, 446
"""Numbers of system calls. They are the same on every architecture of Linux that Python supports, except Alpha."""
SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
_WRITE_FILE, _TRUNCATE, _IOCTL_DEVICE = 1 << 1, 1 << 14, 1 << 15
_CHANGE_FOLDER = sum(1 << number for number in range(4, 14))
"""The rights of Landlock to remove, make and move files and folders."""
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/random", "/dev/urandom")
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - a file system of its own is mounted there
SHARED_MEMORY_OPTIONS = b"size=64m,mode=1777"


MEANS = ("namespaces", "landlock", "limits")


class Options(TypedDict, total=False):
    """What the command may do. Sizes are in bytes."""

    writable: list[str]
    """The folders in which the command may write."""
    data_bytes: int
    file_bytes: int
    tasks: int
    means: list[str]
    """The means of the table above that may be used; all of them if this is left out."""
    told: str
    """The file to which the means that hold are written, as a JSON list."""


def main() -> NoReturn:
    """Confine this process as well as the system can, and run the command."""
    options: Options = json.loads(sys.argv[1])
    command = sys.argv[2:]
    wanted, writable = options.get("means", MEANS), options["writable"]
    held: list[str] = []
    if sys.platform == "linux":
        if "namespaces" in wanted and isolate(writable):
            held.append("namespaces")
        if "landlock" in wanted and restrict_writing(writable, is_isolated="namespaces" in held):
            held.append("landlock")
    if "limits" in wanted and limit(options, is_alone="namespaces" in held):
        held.append("limits")
    with contextlib.suppress(OSError), open(options["told"], "w", encoding="ascii") as told:  # noqa: PTH123 - avoids importing pathlib
        json.dump(held, told)
    if "namespaces" in held:
        run_under_init(command)
    run(command)


def run(command: list[str]) -> NoReturn:
    """Replace this process by the command."""
    if os.name == "posix":
        os.execv(command[0], command)  # noqa: S606 - the caller chooses the command
    import subprocess  # noqa: PLC0415 - needed on Windows only, where `execv` would end the process that is waited for

    sys.exit(subprocess.call(command))  # noqa: S603 - the caller chooses the command


def limit(options: Options, *, is_alone: bool) -> bool:
    """Set the limits of resources. Return whether the system has them.

    `is_alone`: the limit of processes counts only those of the command, which are in a user namespace of their own.
    Without one it counts all processes of the user, so those that run already are added. It never binds root.
    """
    try:
        import resource  # noqa: PLC0415 - missing on Windows
    except ImportError:
        return False
    limits = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": options["file_bytes"], "RLIMIT_DATA": options["data_bytes"]}
    if sys.platform == "linux":
        limits["RLIMIT_NPROC"] = options["tasks"] + (0 if is_alone else tasks_of_user())
    for name, most in limits.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            _, hard = resource.getrlimit(kind)
            value = most if hard == resource.RLIM_INFINITY else min(most, hard)
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(kind, (value, value))
    return True


def tasks_of_user() -> int:
    """Return the number of processes and threads that this user has."""
    count, user = 0, os.getuid()
    for name in os.listdir("/proc"):  # noqa: PTH208 - avoids importing pathlib
        with contextlib.suppress(OSError):
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == user:  # noqa: PTH116 - avoids importing pathlib
                count += len(os.listdir(f"/proc/{name}/task"))  # noqa: PTH208 - avoids importing pathlib
    return count


def isolate(writable: list[str]) -> bool:
    """Move this process into namespaces of its own (namespaces(7)), in which only `writable` is not read-only.

    Return whether the system allows it. The next child process is the first of the new process namespace.
    """
    user, group, folder = os.getuid(), os.getgid(), os.getcwd()  # noqa: PTH109 - avoids importing pathlib
    flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC
    if _libc().unshare(flags) != 0:
        return False
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with contextlib.suppress(OSError), open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123 - avoids importing pathlib
            file.write(text)
    _start_loopback()
    is_closed = _mount_read_only(writable)
    os.chdir(folder)  # The folder is now below another mount than before.
    return is_closed


def _mount_read_only(writable: list[str]) -> bool:
    libc = _libc()
    if libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None) != 0:
        return False
    folders = [folder.encode() for folder in writable]
    for folder in folders:
        if libc.mount(folder, folder, None, MS_BIND | MS_REC, None) != 0:
            return False
    if _mount_attributes(b"/", AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0) != 0:
        return False
    is_open = all(_mount_attributes(folder, AT_RECURSIVE, 0, MOUNT_ATTR_RDONLY) == 0 for folder in folders)
    shared = SHARED_MEMORY.encode()
    libc.mount(b"tmpfs", shared, b"tmpfs", MS_NOSUID | MS_NODEV, SHARED_MEMORY_OPTIONS)
    return is_open


def _mount_attributes(path: bytes, flags: int, added: int, removed: int) -> int:
    attributes = struct.pack("=QQQQ", added, removed, 0, 0)
    return int(_libc().syscall(SYS_MOUNT_SETATTR, AT_FDCWD, path, flags, attributes, len(attributes)))


def _start_loopback() -> None:
    """Start the loopback interface of the new network namespace, for tests that talk to a server of their own."""
    import fcntl  # noqa: PLC0415 - missing on Windows
    import socket  # noqa: PLC0415 - needed in a namespace only

    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        fcntl.ioctl(opened, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))


def restrict_writing(writable: list[str], *, is_isolated: bool) -> bool:
    """Let this process and its children write only below some folders (landlock(7)). Return whether this holds.

    `is_isolated`: namespaces close the network already, and the shared memory is this process's own.
    """
    libc = _libc()
    version = libc.syscall(SYS_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return False
    in_files = _WRITE_FILE | (_TRUNCATE if version >= 3 else 0)  # noqa: PLR2004 - the version that knows the right
    in_folders = in_files | (_CHANGE_FOLDER if version >= 2 else _CHANGE_FOLDER & ~(1 << 13))  # noqa: PLR2004 - likewise
    network = 3 if not is_isolated and version >= 4 else 0  # noqa: PLR2004 - likewise
    attributes = struct.pack("=QQ", in_folders, network)[: 16 if version >= 4 else 8]  # noqa: PLR2004 - likewise
    rules = libc.syscall(SYS_LANDLOCK_CREATE, attributes, len(attributes), 0)
    if rules < 0:
        return False
    try:
        for path in (*writable, SHARED_MEMORY, *DEVICES):
            is_folder = os.path.isdir(path)  # noqa: PTH112 - avoids importing pathlib
            if is_isolated or path != SHARED_MEMORY:
                _allow(rules, path, in_folders if is_folder else in_files)
        if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            return False
        return bool(libc.syscall(SYS_LANDLOCK_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    with contextlib.suppress(OSError):  # The system has no such device.
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            _libc().syscall(SYS_LANDLOCK_ADD, rules, 1, struct.pack("=Qi", rights, opened), 0)
        finally:
            os.close(opened)


def run_under_init(command: list[str]) -> NoReturn:
    """Run the command in the new process namespace, and end as it does. What it leaves running is killed.

    The first process of a namespace collects orphans, and the kernel kills all others when it ends.
    """
    reading, writing = os.pipe()
    first = os.fork()
    if first == 0:
        _libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        os.close(reading)
        child = os.fork()
        if child == 0:
            os.close(writing)
            run(command)
        ended, status = os.wait()
        while ended != child:
            ended, status = os.wait()
        os.write(writing, struct.pack("=i", status))
        os._exit(0)
    os.close(writing)
    told = os.read(reading, 4)
    os.waitpid(first, 0)
    status = struct.unpack("=i", told)[0] if told else signal.SIGKILL
    if os.WIFSIGNALED(status):
        with contextlib.suppress(OSError):  # The handler of SIGKILL cannot be set.
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


if __name__ == "__main__":
    main()
