"""A mail server, which keeps what it takes."""

import email
import email.policy

from aiosmtpd.controller import Controller

from nodes import free_port


class MailSink:
    """Takes mail until the test ends; answers what `script` says, then 250."""

    def __init__(self, test):
        self.script, self.got, self.port = [], [], free_port()
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        test.addCleanup(controller.stop)

    async def handle_DATA(self, server, session, envelope):
        answer = self.script.pop(0) if self.script else "250 OK"
        if answer.startswith("250"):
            self.got.append(envelope)
        return answer

    def messages(self):
        """What it took, as a mail program reads it."""
        return [email.message_from_bytes(envelope.content, policy=email.policy.default) for envelope in self.got]
