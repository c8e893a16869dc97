#!/usr/bin/python3
"""Runs a command as systemd would run it by deploy/systemd/koinond.service, where systemd is not process 1:

    as_unit.py COMMAND [ARGUMENT…]

The unit's file is read, and what it forbids is forbidden: system calls (by its own lists, loaded as systemd loads
them), families of sockets, memory that is written and run, namespaces, set-user-id bits, capabilities; its limits and
its umask hold. The file system is read-only but for the folders for temporary files, which stand for StateDirectory=,
RuntimeDirectory= and PrivateTmp=, and those that KOINON_WRITTEN names, a colon between them. Not done here: PrivateUsers=, PrivateDevices=, PrivateIPC=, the hiding of /home and of
processes, NoExecPaths=, cgroups. The process id stays, as the command takes the place of this program.

With --check nothing is run; exit code 0: this machine can do it, else one line says why not."""

import ctypes
import errno
import mmap
import os
import pathlib
import resource
import socket
import stat
import subprocess
import sys
import tempfile

import seccomp

from mount_namespace import CannotMount, enter_namespaces

UNIT = pathlib.Path(__file__).resolve().parent.parent.parent / "deploy" / "systemd" / "koinond.service"
LIBC = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
NAMESPACES = (0x00000080, CLONE_NEWNS, 0x02000000, 0x04000000, 0x08000000, CLONE_NEWUSER, 0x20000000, 0x40000000)
MS_BIND, MS_REC = 4096, 16384
SYS_MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = 442, -100, 0x8000, 1
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
SHM_EXEC = 0o100000
MOST_FAMILIES = 64
SIZES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def unit_settings():
    """Each key of [Service] with its values, in order. An empty value takes away those before it, as systemd has it."""
    out, section = {}, ""
    for line in UNIT.read_text().splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            out.setdefault(key, [])
            if not value:
                out[key] = []
            out[key].append(value)
    return out


def groups():
    """System calls by systemd's names of groups."""
    said = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"], capture_output=True, text=True, check=True).stdout
    out, name = {}, ""
    for line in said.splitlines():
        if line.startswith("@"):
            name = line.strip()
            out[name] = []
        elif line.startswith("    ") and not line.strip().startswith("#"):
            out[name].append(line.strip())
    return out


def allowed_calls(lines):
    """What SystemCallFilter= allows: the first line begins a list of what is allowed, later ones add, ~ takes away."""
    known, allowed = groups(), set()

    def expanded(name):
        return set().union(*map(expanded, known[name])) if name.startswith("@") else {name}

    if lines[0].startswith("~"):
        raise SystemExit("as_unit: the unit's first SystemCallFilter= names what is allowed")
    for line in lines:
        names = set().union(*map(expanded, line.removeprefix("~").split()))
        allowed = allowed - names if line.startswith("~") else allowed | names
    return allowed | expanded("@default")


def call(done, what):
    if done != 0:
        number = ctypes.get_errno()
        raise SystemExit(f"as_unit: {what}: {os.strerror(number)}")


class MountAttributes(ctypes.Structure):
    _fields_ = [("set", ctypes.c_uint64), ("clear", ctypes.c_uint64), ("propagation", ctypes.c_uint64), ("namespace", ctypes.c_uint64)]


def change_mounts(path, attributes):
    call(LIBC.syscall(SYS_MOUNT_SETATTR, AT_FDCWD, os.fsencode(path), AT_RECURSIVE, ctypes.byref(attributes), ctypes.sizeof(attributes)),
         f"the mounts below {path} are not changed")


def make_read_only():
    """ProtectSystem=strict: all mounts, but for the folders in which tests write."""
    try:
        enter_namespaces()
    except CannotMount as why:
        raise SystemExit(f"as_unit: {why}") from why
    written = sorted({os.path.realpath(tempfile.gettempdir()), "/dev/shm", *filter(None, os.environ.get("KOINON_WRITTEN", "").split(":"))})
    for path in written:
        call(LIBC.mount(os.fsencode(path), os.fsencode(path), None, MS_BIND | MS_REC, None), f"{path} cannot be mounted")
    change_mounts("/", MountAttributes(set=MOUNT_ATTR_RDONLY))
    for path in written:
        change_mounts(path, MountAttributes(clear=MOUNT_ATTR_RDONLY))
    os.chdir(os.getcwd())


def drop_capabilities():
    last = int(pathlib.Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        call(LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0), "a capability cannot be given up")
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3
    call(LIBC.capset(ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)())), "capabilities cannot be given up")


def set_limits(settings):
    for key, value in settings.items():
        if key.startswith("Limit"):
            number = value[-1].rstrip("KMG")
            wanted = int(number) * SIZES[value[-1][len(number):]]
            name = getattr(resource, "RLIMIT_" + key.removeprefix("Limit"))
            hard = resource.getrlimit(name)[1]
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(name, (most, most))
    os.umask(int(settings["UMask"][-1], 8))


def filter_of(*rules):
    """A filter that allows all but these: (number of the error, system call, its arguments…)."""
    made = seccomp.SyscallFilter(seccomp.ALLOW)
    for number, name, *arguments in rules:
        made.add_rule(seccomp.ERRNO(number), name, *arguments)
    return made


def has(position, bits):
    return seccomp.Arg(position, seccomp.MASKED_EQ, bits, bits)


def socket_families(value):
    allowed = {getattr(socket, name) for name in value.split()}
    rules = [(errno.EAFNOSUPPORT, "socket", seccomp.Arg(0, seccomp.EQ, family)) for family in range(MOST_FAMILIES) if family not in allowed]
    return filter_of(*rules, (errno.EAFNOSUPPORT, "socket", seccomp.Arg(0, seccomp.GE, MOST_FAMILIES)))


def no_memory_that_is_written_and_run():
    write_and_run, run = mmap.PROT_WRITE | mmap.PROT_EXEC, mmap.PROT_EXEC
    return filter_of((errno.EPERM, "mmap", has(2, write_and_run)), (errno.EPERM, "mprotect", has(2, run)),
                     (errno.EPERM, "pkey_mprotect", has(2, run)), (errno.EPERM, "shmat", has(2, SHM_EXEC)))


def no_namespaces():
    # The C library takes clone where there is no clone3, whose flags no filter can read.
    rules = [(errno.ENOSYS, "clone3"), (errno.EPERM, "setns")]
    rules += [(errno.EPERM, name, has(0, flag)) for name in ("clone", "unshare") for flag in NAMESPACES]
    return filter_of(*rules)


def no_set_user_ids():
    rules = [(errno.ENOSYS, "openat2")]
    for bit in (stat.S_ISUID, stat.S_ISGID):
        rules += [(errno.EPERM, name, has(position, bit)) for name, position in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2), ("mkdir", 1), ("mkdirat", 2))]
        rules += [(errno.EPERM, "open", has(1, os.O_CREAT), has(2, bit)), (errno.EPERM, "openat", has(2, os.O_CREAT), has(3, bit))]
    return filter_of(*rules)


def same_personality():
    return filter_of((errno.EPERM, "personality", seccomp.Arg(0, seccomp.NE, LIBC.personality(0xFFFFFFFF))))


def load_filters(settings):
    """The list of what is allowed comes last: it does not allow another filter."""
    filters = [socket_families(settings["RestrictAddressFamilies"][-1])]
    for key, make in (("MemoryDenyWriteExecute", no_memory_that_is_written_and_run), ("RestrictNamespaces", no_namespaces),
                      ("RestrictSUIDSGID", no_set_user_ids), ("LockPersonality", same_personality)):
        if settings[key][-1] == "yes":
            filters.append(make())
    listed = seccomp.SyscallFilter(seccomp.ERRNO(getattr(errno, settings["SystemCallErrorNumber"][-1])))
    for name in sorted(allowed_calls(settings["SystemCallFilter"])):
        try:
            listed.add_rule(seccomp.ALLOW, name)
        except (RuntimeError, ValueError):
            pass  # of another architecture
    for one in [*filters, listed]:
        one.load()


def main():
    settings = unit_settings()
    make_read_only()
    set_limits(settings)
    drop_capabilities()
    call(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "new privileges cannot be given up")
    # The leak checker stops its own process by ptrace, which a service may not.
    os.environ["ASAN_OPTIONS"] = ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), "detect_leaks=0")))
    load_filters(settings)
    if sys.argv[1] != "--check":
        os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit("usage: as_unit.py COMMAND [ARGUMENT…] | --check")
    main()
