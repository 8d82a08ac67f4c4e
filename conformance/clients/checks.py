"""How a runner tells what it found: a line of JSON for each check, into the file that
CONFORMANCE_RESULTS names. A check that raises has failed; the ones behind it still run."""

import json
import os
import sys
import time
import traceback

URL = os.environ.get("CONFORMANCE_URL", "")
HTTPS_URL = os.environ.get("CONFORMANCE_HTTPS_URL", "")
TOKEN = os.environ.get("CONFORMANCE_TOKEN", "")
_RESULTS = open(os.environ.get("CONFORMANCE_RESULTS") or os.devnull, "a", encoding="utf-8")


def record(name, ok, why=""):
    """Writes down one result."""
    why = " ".join(str(why).split())[:400]
    _RESULTS.write(json.dumps({"name": name, "ok": bool(ok), "why": why}) + "\n")
    _RESULTS.flush()
    if not ok:
        print(f"FAILED {name}: {why}", file=sys.stderr)


def check(name):
    """Runs the function under it at once, as a check of this name."""
    def run(function):
        try:
            function()
        except Exception as error:  # whatever a client raises is a failure of this check
            if os.environ.get("CONFORMANCE_TRACES"):
                traceback.print_exc()
            record(name, False, f"{type(error).__name__}: {error}" + _place(error))
        else:
            record(name, True)
        return function
    return run


def _place(error):
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if "conformance/clients" in frame.filename]
    return f" [line {own[-1].lineno}: {own[-1].line}]" if own else ""


def same(found, wanted):
    """Fails with both values."""
    assert found == wanted, f"found {found!r}, wanted {wanted!r}"


def raises(kind, function, *arguments, **options):
    """What the function raises, which must be of this kind."""
    try:
        given = function(*arguments, **options)
    except kind as error:
        return error
    raise AssertionError(f"nothing was raised; {given!r} was given")


def until(function, seconds=20):
    """What the function gives as soon as it is true."""
    end = time.monotonic() + seconds
    while True:
        found = function()
        if found:
            return found
        assert time.monotonic() < end, f"not within {seconds} seconds"
        time.sleep(0.1)
