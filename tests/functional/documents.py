"""The blocks of RUNBOOK, README and API.md, by their kind: what is written there is run, read, or asked for by a test.

    ```sh              commands; a functional test runs them
    ```sh installed    commands that take Debian's package; package/test_installed.py runs them in clean roots
    ```sh build        commands that build this tree; test_documents runs them with KOINON_ALL
    ```python          a script; run
    ```toml            lines of koinond.toml; `koinond --check-config` reads them
    ```json            JSON; parsed
    ```markdown        a note; `koinon publish --dry-run` takes it
    ```text addresses  an address a line; each is asked
    ```text            a picture, which has no commands

A test that runs the blocks of a section says so by `@runs`, which also sees that it has run all of them.
test_documents compares what is said so with what the documents have; a block that no test runs fails there."""

import contextlib
import dataclasses
import functools
import os
import pathlib
import pty
import re
import textwrap

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
DOCUMENTS = {"RUNBOOK": TOP / "deploy" / "RUNBOOK.md", "README": TOP / "README.md", "API": TOP / "node" / "api" / "API.md"}
KINDS = {"sh", "sh installed", "sh build", "python", "toml", "json", "markdown", "text addresses", "text"}
# Document, section and kind of what tests run.
RUN = set()


@dataclasses.dataclass(frozen=True)
class Block:
    document: str
    section: str
    kind: str
    text: str
    line: int

    @property
    def place(self):
        return (self.document, self.section, self.kind)


@functools.cache
def read(document):
    """All blocks of a document, in order, and the numbers of lines that are code in another way."""
    out, loose = [], []
    section, kind, indent, begin, lines = "", None, "", 0, []
    for number, line in enumerate(DOCUMENTS[document].read_text().splitlines(), 1):
        fence = re.fullmatch(r"( *)(```+|~~~+)(.*)", line)
        if kind is None and fence:
            kind, indent, begin, lines = fence.group(3).strip(), fence.group(1), number, []
        elif fence and fence.group(1) == indent and not fence.group(3):
            out.append(Block(document, section, kind, textwrap.dedent("".join(f"{one}\n" for one in lines)), begin))
            kind = None
        elif kind is not None:
            lines.append(line)
        elif heading := re.fullmatch(r"#+ (.+)", line):
            section = heading.group(1)
        elif re.match(r"(    |\t)", line):
            loose.append(number)
    if kind is not None:
        raise AssertionError(f"{document}: the block of line {begin} does not end")
    return out, loose


def all_blocks():
    return [block for document in DOCUMENTS for block in read(document)[0]]


def blocks(section, kind="sh", document="RUNBOOK"):
    """The texts of the blocks of a section, in order. Its subsections are sections of their own."""
    return [block.text for block in read(document)[0] if block.place == (document, section, kind)]


def sections(document):
    return re.findall(r"^#+ (.+)$", DOCUMENTS[document].read_text(), re.M)


def section_text(name):
    """What stands in a section of RUNBOOK, up to the next heading."""
    return re.search(rf"^#+ {re.escape(name)}\n(.*?)(?=^#+ |\Z)", DOCUMENTS["RUNBOOK"].read_text(), re.M | re.S).group(1)


def runs(*names, kind="sh", document="RUNBOOK"):
    """Says of a test that it runs all blocks of these sections. The test adds what it has run to self.ran."""
    places = {(document, name, kind) for name in names}
    for place in places:
        if not blocks(place[1], kind, document):
            raise AssertionError(f"{document} has no {kind} in \"{place[1]}\"")
    RUN.update(places)

    def wrap(test):
        @functools.wraps(test)
        def whole(self):
            self.ran = []
            test(self)
            left = [block for block in all_blocks() if block.place in places and block.text not in self.ran]
            self.assertEqual(left, [], "blocks that the test did not run")
        return whole
    return wrap


@contextlib.contextmanager
def somebody_who_says_yes():
    """Standard input of a command: a terminal, at which each question is answered."""
    terminal, end = pty.openpty()
    os.write(terminal, b"y\n")
    try:
        yield end
    finally:
        os.close(terminal)
        os.close(end)
