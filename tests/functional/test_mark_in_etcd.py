"""The mark in a real etcd: a start on another machine signs at once, an older store does not, and without etcd nothing is signed."""

import signal

import needs
from etcd import Etcd
from nodes import CommandFailed, own_entries, wait_for
from test_signing import SigningTest, own, standing, state


@needs.all_tests("it starts etcd")
@needs.program("etcd", "apt-get install etcd-server")
class MarkInEtcd(SigningTest):
    def setUp(self):
        super().setUp()
        self.etcd = Etcd(self.folder).start()
        self.addCleanup(self.etcd.stop)
        self.args = ("--signing-mark-etcd", self.etcd.url)

    def seoul_and_la(self):
        """Seoul, whose mark has been in etcd since it was made, and a peer that holds its log and does not run."""
        seoul, la = self.node("seoul", *self.args, init_args=self.args), self.node("la")
        self.make_peers(seoul, la)
        la.stop()
        return seoul, la

    def make_peers(self, seoul, la):
        seoul.run("peer", "add", la.line())
        la.run("peer", "add", seoul.line())
        seoul.publish("Before")
        self.followed(seoul, la)

    def elsewhere(self, node):
        """As on another machine: nothing of the file that a mark may be in, and the same etcd."""
        self.lose_mark(node)
        node.start(*self.args)

    def test_a_new_node_signs_at_once(self):
        seoul = self.node("seoul", *self.args, init_args=self.args)
        self.signs(seoul)
        self.assertEqual(list(seoul.mark.glob("*")), [], "no file has a mark")

    def test_a_start_on_another_machine_signs_at_once(self):
        seoul, _ = self.seoul_and_la()
        for how in (signal.SIGTERM, signal.SIGKILL):
            entries = own(seoul)
            seoul.stop(how)
            self.elsewhere(seoul)
            self.signs(seoul, "its peer is away, and need not be asked")
            seoul.publish(f"After {how.name}")
            wait_for(lambda: own(seoul) == entries + 1, "it is signed")

    def test_a_store_that_lacks_something_waits_for_its_peer(self):
        seoul, la = self.seoul_and_la()
        seoul.stop()
        yesterday = self.copy(seoul)
        seoul.start(*self.args)
        la.start(peer_port=la.peer_port)
        seoul.publish("Since")
        self.followed(seoul, la)
        entries = own_entries(seoul)
        la.stop()
        seoul.stop()
        self.put_back(seoul, yesterday)
        self.elsewhere(seoul)
        self.assertEqual(state(seoul), "asks")
        self.assertTrue(standing(seoul)["rolled_back"], "the mark has said so")
        la.start(peer_port=la.peer_port)
        self.signs(seoul, "its peer has answered")
        wait_for(lambda: own_entries(seoul) >= entries, "what it lacked is back")
        seoul.publish("After")
        self.followed(seoul, la)
        self.not_frozen(seoul, la)

    def test_without_etcd_nothing_is_signed_until_it_answers(self):
        seoul, _ = self.seoul_and_la()
        entries = own(seoul)
        self.etcd.stop()
        said = self.refused(seoul)
        self.assertIn(self.etcd.url, said)
        self.assertEqual(own(seoul), entries)
        self.etcd.start()
        wait_for(lambda: self.is_published(seoul, "Then"), "etcd answers again")
        wait_for(lambda: own(seoul) == entries + 1, "it is signed once")
        seoul.stop()
        self.elsewhere(seoul)
        self.signs(seoul)

    def refused(self, node):
        with self.assertRaises(CommandFailed) as caught:
            node.publish("Without etcd")
        return str(caught.exception)

    def is_published(self, node, title):
        try:
            node.publish(title)
            return True
        except CommandFailed:
            return False

    def test_a_start_without_etcd_signs_nothing(self):
        seoul, la = self.seoul_and_la()
        seoul.stop()
        self.etcd.stop()
        seoul.start(*self.args)
        self.assertEqual(state(seoul), "asks")
        la.start(peer_port=la.peer_port)
        self.signs(seoul, "its peer has answered")
        self.assertIn(self.etcd.url, self.refused(seoul))
        self.etcd.start()
        wait_for(lambda: self.is_published(seoul, "Then"), "etcd answers again")

    def test_of_two_that_run_from_one_copy_the_first_signs_no_more(self):
        seoul, _ = self.seoul_and_la()
        seoul.stop()
        place = self.copy(seoul, "copy")
        seoul.start(*self.args)
        twin = self.node("twin", start=False, init_args=())
        self.put_back(twin, place)
        twin.name = seoul.name
        twin.start(*self.args)
        self.signs(twin)
        self.assertIn("taken its mark", self.refused(seoul))
        twin.publish("Of the twin")
