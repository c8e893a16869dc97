"""A reader of what a city shows of a log to whoever has its recovery words, from PROTOCOL.md "Taking a log back" alone: it
shares no code with the product."""

from google.protobuf.message import DecodeError

import wire
from wire import Keys, leaf_hash, record, split_hashes, verify_run

STATING_BYTES, NUMBER = 12_288, 32


def states(entry, text):
    """Whether an entry states this, as that of a rotation does."""
    try:
        read = record.Entry.FromString(entry)
    except DecodeError:
        return False
    note = read.control.rotation_statement
    return len(entry) <= STATING_BYTES and read.kind == record.KIND_ROTATION and note.rpartition(b"\n\n")[0] + b"\n" == text


def shown_log(data, recovery_key, size=0, log=None):
    """(name, size, root of the first entries, keys that a recovery follows, latest entries) of a serialised RecoveryAnswer.
    `size` and `log`: as they were asked for. ValueError: something is not proven, or the log must be named."""
    try:
        return _read(wire.wire.RecoveryAnswer.FromString(data), recovery_key, size, log)
    except (AssertionError, IndexError, DecodeError) as error:
        raise ValueError(str(error)) from error


def _read(answer, recovery_key, at, log):
    if answer.logs and log is None:
        raise ValueError("several: " + ", ".join(f"{i.name} {wire.base32(wire.log_id(i.name, i.signing_key, i.recovery_key))}" for i in answer.logs))
    head, identity = answer.head, answer.head.identity
    keys = Keys(identity.name, identity.signing_key, identity.recovery_key)
    assert keys.log == head.log_id and log in (None, keys.log), "another log"
    rotations, followed = [], Keys(identity.name, identity.signing_key, identity.recovery_key)
    for i, note in enumerate(head.statements):
        before = keys.recoveries
        keys.add(note)
        if keys.recoveries > before:  # it outranks all before it
            rotations = []
            for earlier in head.statements[followed.sequence:i + 1]:
                followed.add(earlier)
        else:
            rotations.append((keys.size, note))
    assert keys.recovery == recovery_key, "another recovery key"
    if head.checkpoint:
        size, root = keys.open_checkpoint(head.checkpoint)
    else:
        assert keys.recoveries and not rotations, "no head"
        size, root = keys.size, _root_of(head.statements[-1])
    at = at or size
    here = verify_run(at, [], size, split_hashes(answer.left), split_hashes(answer.right), root).root()
    first = at - len(answer.latest)
    assert [e.index for e in answer.latest] == list(range(at - 1, first - 1, -1)), "not the last ones"
    entries = [e.entry for e in answer.latest][::-1]
    if entries:
        verify_run(first, [leaf_hash(entry) for entry in entries], at, split_hashes(answer.before), [], here)
    stating = list(answer.stating)
    for place, note in rotations:
        if place >= at or followed.sequence >= NUMBER - 1:
            break
        assert stating, "it does not show whether a rotation stands"
        shown = stating.pop(0)
        verify_run(place, [leaf_hash(shown.entry)], at, split_hashes(shown.left), split_hashes(shown.right), here)
        if not states(shown.entry, note.rpartition(b"\n\n")[0] + b"\n"):
            break
        followed.add(note)
    assert not stating, "more than was to be shown"
    return identity.name, at, here, followed, entries


def _root_of(note):
    return wire.base64.b64decode(note.split(b"\n")[5], validate=True)
