"""A disk that is small and real: a file system in memory (tmpfs) of its own, which a test can fill and empty.

It is mounted in namespaces of this process, where the programs that it starts are too: nobody else sees it, and it goes
with the last of them. Without root this needs namespaces of users."""

import ctypes
import os
import pathlib

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_REC, MS_PRIVATE, MNT_DETACH = 16384, 1 << 18, 2


class CannotMount(Exception):
    pass


def call(result, what):
    if result != 0:
        raise CannotMount(f"{what}: {os.strerror(ctypes.get_errno())}")


def enter_namespaces():
    user, group = os.getuid(), os.getgid()
    if user != 0:
        call(LIBC.unshare(CLONE_NEWUSER), "no namespace of users")
        pathlib.Path("/proc/self/setgroups").write_text("deny")
        pathlib.Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        pathlib.Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    call(LIBC.unshare(CLONE_NEWNS), "no namespace of mounts")
    call(LIBC.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "mounts are not private")


class SmallDisk:
    def __init__(self, path, size):
        self.path = pathlib.Path(path)
        self.path.mkdir()
        self.ballast = self.path / "ballast"
        call(LIBC.mount(b"none", os.fsencode(self.path), b"tmpfs", 0, f"size={size},mode=700".encode()), f"{path} cannot be mounted")

    def free(self):
        space = os.statvfs(self.path)
        return space.f_bavail * space.f_frsize

    def fill(self, leave=0):
        """Until no more than that is free, whoever writes meanwhile."""
        with open(self.ballast, "ab") as file:
            while self.free() > leave:
                try:
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, self.free() - leave)
                except OSError:
                    pass  # somebody else was quicker

    def make_room(self):
        self.ballast.unlink()

    def close(self):
        call(LIBC.umount2(os.fsencode(self.path), MNT_DETACH), f"{self.path} cannot be unmounted")
