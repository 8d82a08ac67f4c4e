"""The example scripts and the end-to-end tests of Microsoft's Python client, as they are: only the
way to sign in is another one (shim/). CONFORMANCE_SOURCE is the folder of the client's repository.

What counts: that a script ends well, and every line in which it says itself that something went
wrong."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

from checks import HTTPS_URL, URL, record

SOURCE = Path(os.environ["CONFORMANCE_SOURCE"])
BASE = HTTPS_URL if os.environ.get("CONFORMANCE_HTTPS") else URL

# What to answer to the questions of each script, and for how many seconds it may run. Not here,
# because they use tables of the Dynamics 365 applications: batch.py (lead) and
# datascience_risk_assessment.py (incident, opportunity).
SCRIPTS = {
    "examples/advanced/walkthrough.py": ([BASE], 240),
    "examples/advanced/relationships.py": ([BASE, "y"], 240),
    "examples/advanced/fetchxml.py": ([BASE], 180),
    "examples/advanced/sql_examples.py": ([BASE], 240),
    "examples/advanced/file_upload.py": ([BASE, "3", "y", "y"], 180),
    "examples/advanced/alternate_keys_upsert.py": ([BASE, "y"], 180),
    "examples/advanced/dataframe_operations.py": ([BASE, ""], 120),
    "examples/advanced/prodev_quick_start.py": ([BASE, "y"], 180),
    "examples/basic/installation_example.py": (["y", BASE], 120),
    "examples/basic/functional_testing.py": ([BASE, "y", "y", "y", "y", "y"], 300),
}

# A script's own word for what went wrong. [WARN] is also what scripts say before they try again.
WRONG = re.compile(r"\[ERR\]|\[FAIL\]|\bFAILED\b|Traceback \(most recent|^\s*\S*(Error|Exception): ")
# Scripts provoke some refusals on purpose and say so.
EXPECTED = re.compile(r"expected|EXPECTED|\[OK\]|correctly|rejected as|0 failed|[Ff]ailed: 0\b|raised", re.ASCII)


def environment():
    paths = [str(Path(__file__).parent.parent / "shim")]
    if os.environ.get("CONFORMANCE_CLIENT_SOURCE"):
        paths.append(os.environ["CONFORMANCE_CLIENT_SOURCE"])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "DATAVERSE_URL": BASE, "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}


def play(script, answers, seconds):
    """Runs a script on a terminal of its own; gives its exit code and what it wrote."""
    master, slave = pty.openpty()
    scratch = Path(os.environ["CONFORMANCE_SCRATCH"]) / Path(script).stem
    scratch.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen([sys.executable, str(SOURCE / script)], stdin=slave, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=environment(), cwd=scratch)
    os.close(slave)
    os.write(master, "".join(answer + "\n" for answer in answers).encode())
    wrote, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([process.stdout], [], [], 1)[0]:
            piece = os.read(process.stdout.fileno(), 65536)
            if not piece:
                break
            wrote += piece
    else:
        process.kill()
    code = process.wait()
    os.close(master)
    text = wrote.decode("utf-8", "replace")
    (scratch / "output.txt").write_text(text, encoding="utf-8")
    return (code if time.monotonic() < end else f"none within {seconds} seconds"), text


def examples():
    only = os.environ.get("CONFORMANCE_ONLY_SCRIPT")
    for script, (answers, seconds) in SCRIPTS.items():
        if only and only not in script:
            continue
        if not (SOURCE / script).exists():
            record(script, False, "this script is not in the source any more")
            continue
        code, text = play(script, answers, seconds)
        wrong = [line.strip() for line in text.splitlines() if WRONG.search(line) and not EXPECTED.search(line)]
        last = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
        record(script, code == 0, f"exit code {code}: {last}")
        for line in dict.fromkeys(wrong):
            record(f"{script}: {line[:80]}", False, line)


def end_to_end():
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", str(SOURCE / "tests/e2e"), "-q", "-rA", "--tb=line", "-p", "no:cacheprovider",
         "--rootdir", str(SOURCE), "-W", "ignore"],
        env=environment(), capture_output=True, text=True, timeout=600, cwd=os.environ["CONFORMANCE_SCRATCH"],
    )
    told = 0
    for line in ran.stdout.splitlines():
        found = re.match(r"(PASSED|FAILED|ERROR|SKIPPED) (\S*::\S+)(?: - (.*))?", line)
        if found:
            told += 1
            record("e2e " + found[2].split("::", 1)[1], found[1] == "PASSED", found[3] or found[1].lower())
    if not told:
        record("e2e", False, (ran.stdout + ran.stderr)[-300:])


if __name__ == "__main__":
    examples()
    if not os.environ.get("CONFORMANCE_ONLY_SCRIPT"):
        end_to_end()
