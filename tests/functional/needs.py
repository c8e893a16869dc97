"""What a test needs of the machine that not each machine has. Where it is missing the test is left out; with KOINON_ALL set,
as by tests/run --all, nothing is left out for that: it fails, and says what is missing.

What is left out is noted in the file that KOINON_SKIPPED names, a line each; tests/run prints it at its end."""

import functools
import os
import shutil
import unittest

ALL = bool(os.environ.get("KOINON_ALL"))


def find(name):
    """The path of a program, among those of administrators too. None: it is not installed."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def note(test, why):
    if os.environ.get("KOINON_SKIPPED"):
        with open(os.environ["KOINON_SKIPPED"], "a") as file:
            file.write(f"{test}: {why}\n")


def has(test, there, what):
    """Whether a part of a test can be done. `test`: its name, `there`: whether the machine has it, `what`: what it is."""
    if there:
        return True
    if ALL:
        raise AssertionError(f"{test} needs {what}; with KOINON_ALL nothing is left out")
    note(test, f"needs {what}")
    return False


def demand(test, there, what):
    """As has(), of a whole test: ends it."""
    if not has(test, there, what):
        raise unittest.SkipTest(f"needs {what}")


def before(check):
    """A decorator of a test, or of a class of tests: check(its name) comes before anything else."""
    def decorate(test):
        if isinstance(test, type):
            begin = test.setUpClass.__func__

            def set_up(cls):
                check(f"{cls.__module__}.{cls.__qualname__}")
                begin(cls)
            test.setUpClass = classmethod(set_up)
            return test

        @functools.wraps(test)
        def whole(self):
            check(self.id())
            test(self)
        return whole
    return decorate


def machine(lacks):
    """`lacks`: a function that says what is missing; empty: nothing is."""
    said = functools.cache(lacks)
    return before(lambda test: demand(test, not said(), said()))


def root(why):
    """Not in the service's own limits (as_unit.py): there root may no more than others, and that is as it should be."""
    in_unit = wish(not os.environ.get("KOINON_WITHIN"), f"in the unit root has no rights: {why}")
    rights = machine(lambda: "" if os.geteuid() == 0 else f"root: {why}")
    return lambda test: in_unit(rights(test))


def program(name, where="deploy/setup --tests"):
    return machine(lambda: "" if find(name) else f"{name}: {where}")


def wish(asked, how):
    """What is left out unless somebody asks for it, whatever the machine has. `how`: how one asks."""
    def check(test):
        if not asked:
            note(test, how)
            raise unittest.SkipTest(how)
    return before(check)


def all_tests(why):
    return wish(ALL, f"{why}: tests/run --all")
