"""A standby of a PostgreSQL server of a test: a copy that follows it as it is written (streaming replication)."""

import os
import pathlib
import tempfile

from nodes import wait_for
from postgres_server import USER, PostgresServer


class PostgresStandby(PostgresServer):
    def __init__(self, primary):
        """The copy is made of `primary`, which runs."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="koinon-standby-"))
        self.who = primary.who
        self.process = None
        self.settings = ("fsync=off", "hot_standby_feedback=on")
        if self.who:
            os.chown(self.folder, self.who["user"], self.who["group"])
        self._program("pg_basebackup", "-h", primary.folder, "-U", USER, "-D", self.data, "-R", "-X", "stream", "-c", "fast", "--no-sync")

    def pause_replay(self):
        """What comes is kept, and not shown."""
        self.ask("SELECT pg_wal_replay_pause()", "postgres")
        wait_for(lambda: self.ask("SELECT pg_get_wal_replay_pause_state()", "postgres") == ["paused"], "it shows nothing new")

    def resume_replay(self):
        self.ask("SELECT pg_wal_replay_resume()", "postgres")
