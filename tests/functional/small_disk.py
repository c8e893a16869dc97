"""A disk that is small and real: a file system in memory (tmpfs) of its own, which a test can fill and empty.

It is mounted in namespaces of this process, where the programs that it starts are too: nobody else sees it, and it goes
with the last of them. Without root this needs namespaces of users."""

import errno
import itertools
import os
import pathlib
import shutil

from mount_namespace import LIBC, CannotMount, call, enter_namespaces

MNT_DETACH = 2


class SmallDisk:
    def __init__(self, path, size, inodes=0):
        """`inodes`: how many files and folders it has at most; 0: as many as the system allows."""
        self.path = pathlib.Path(path)
        self.path.mkdir()
        self.ballast = self.path / "ballast"
        call(LIBC.mount(b"none", os.fsencode(self.path), b"tmpfs", 0, f"size={size},nr_inodes={inodes},mode=700".encode()), f"{path} cannot be mounted")

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

    def use_up_inodes(self):
        self.ballast.mkdir()
        try:
            for number in itertools.count():
                (self.ballast / str(number)).touch()
        except OSError as full:
            if full.errno != errno.ENOSPC:
                raise

    def make_room(self):
        shutil.rmtree(self.ballast) if self.ballast.is_dir() else self.ballast.unlink()

    def close(self):
        call(LIBC.umount2(os.fsencode(self.path), MNT_DETACH), f"{self.path} cannot be unmounted")
