"""What others wrote costs bounded time and room, whatever it is."""

import concurrent.futures
import unittest

from api import account, bearer, get, post
from nodes import DEADLINE, NodesTest, peer, wait_for


class ForeignText(NodesTest):
    def test_a_practice_that_hurts_readers_of_markdown_stops_nobody(self):
        seoul, milan = self.node("seoul"), self.node("milan")
        peer(seoul, milan)
        refs = []
        for seed in ("![[]()", "**x [*b**c*](d\n", "[a](<b\n", "> ", "- ", "[1]:u [1]\n", "&", "<!A "):
            text = (seed * (950_000 // len(seed)))[:950_000]
            note = {"kind": "practice", "language": "en", "topics": ["health"], "content": {"title": f"Notes on {seed.strip()}", "solution": text}}
            refs.append(milan.local("POST", "/api/v1/records", note)["ref"])
        wait_for(lambda: seoul.shows(refs[-1]) and refs[-1] in seoul.refs(kind="practice"), "all cross")
        # A city that is blocked claims no name: what is held of it is asked for by its log id.
        refs = [ref.replace("milan.example", f"milan.example~{milan.log_id()[:16]}") for ref in refs]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            pages = [pool.submit(get, seoul, path) for ref in refs for path in (f"/records/{ref}", "/feeds/all.atom", f"/api/v1/records/{ref}")]
            # While all of them are opened the operator's commands are answered, and block the city.
            for _ in range(20):
                self.assertEqual(seoul.json("status")["name"], "seoul.example")
            seoul.run("block", "milan.example")
            for answer in pages:
                self.assertEqual(answer.result(DEADLINE).status, 200)
        self.assertIn("shown as it was written", get(seoul, f"/records/{refs[2]}").text())

    def test_a_note_among_many_long_replies_is_a_page_of_bounded_size(self):
        seoul, milan = self.node("seoul"), self.node("milan")
        peer(seoul, milan)
        ref = seoul.publish("Asked about a lot")
        wait_for(lambda: ref in milan.refs(kind="practice"), "Milan has it")
        for i in range(12):
            question = {"kind": "question", "language": "en", "refs": [{"role": "about", "ref": ref}], "content": {"title": f"Why {i}", "text": f"{i} " + "long. " * 100_000}}
            self.assertEqual(post(milan, "/api/v1/records", question, bearer(self.token(milan))).status, 201)
        wait_for(lambda: len(get(seoul, f"/api/v1/records/{ref}").json()["referred_by"]) == 12, "all are here")
        self.assertLess(len(get(seoul, f"/records/{ref}").body), 500_000)

    def test_what_others_say_to_a_note_takes_so_much_of_its_page_and_the_rest_is_named(self):
        seoul, milan = self.node("seoul"), self.node("milan")
        peer(seoul, milan)
        ref = seoul.publish("Taken up with many words")
        wait_for(lambda: ref in milan.refs(kind="practice"), "Milan has it")
        says = lambda kind, role, to, content: post(  # noqa: E731
            milan, "/api/v1/records", {"kind": kind, "language": "en", "refs": [{"role": role, "ref": to}], "content": content}, bearer(self.token(milan)))
        for i in range(30):  # an ampersand takes five bytes on a page
            asked = says("question", "about", ref, {"title": f"Time {i}", "text": f"{i} " + "&" * 4000})
            self.assertEqual(asked.status, 201)
            if i < 26:
                self.assertEqual(says("answer", "answers", asked.json()["ref"], {"text": "&" * 4000}).status, 201)
        said = wait_for(lambda: len(all_of := get(seoul, f"/api/v1/records/{ref}").json()["referred_by"]) == 30 and all_of, "all are here")
        page = wait_for(lambda: (text := get(seoul, f"/records/{ref}").text()).count("&amp;") > 180_000 and text, "and so are most of their texts")
        self.assertLess(len(page), (1 << 20) + 100_000)
        for item in said:
            self.assertIn(f'<a href="/records/{item["ref"]}">', page)
        self.assertGreater(page.count("Show more"), 0)
        self.assertLess(page.count("Show more"), 10)

    def token(self, node):
        if not hasattr(self, "tokens"):
            self.tokens = {}
        if node not in self.tokens:
            self.tokens[node] = account(node, "script", "reviewer")
        return self.tokens[node]


if __name__ == "__main__":
    unittest.main()
