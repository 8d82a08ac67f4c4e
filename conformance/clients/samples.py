"""Plays the dialogues in conformance/samples: the requests that the Web API samples of
microsoft/PowerApps-Samples send, in their order, as facts about method, address, headers and body.

A block is a request, a line `-- STATUS`, and what must hold of the answer:

    # What the block is for; the name of the check.
    POST contacts
    Prefer: return=representation
    {"firstname":"Rafel"}
    -- 201
    rafel = contactid            keeps a value; {rafel} stands for it from then on
    firstname == "Rafel"         equal, as JSON
    fullname ~ Rafel             matches the regular expression
    value has 3                  so many members
    value.0.name                 is there and not null
    no value.0.fax               is not there, or null

A path goes by names and numbers, and names with dots are quoted; `header NAME` is a header, `text`
the whole answer, `id` the id in OData-EntityId. `As: other` sends it as another user, `Wait: 20`
repeats it for so many seconds until it holds, `Body-File: SIZE` sends so many bytes, `Times: N` plays
it so often. A file may begin with `Always:` and a header for all of its requests. An address that
starts with `http` or `/` is taken as it is."""

import json
import os
import re
import sys
import time
import urllib.parse
from pathlib import Path

import requests

from checks import TOKEN, URL, record

FOLDER = Path(__file__).parent.parent / "samples"
ROOT = URL + "/api/data/v9.2/"
HEADER = re.compile(r"^([A-Za-z][A-Za-z0-9.-]*): ?(.*)$")


class Dialogue:
    def __init__(self, name):
        self.name = name
        self.session = requests.Session()
        self.names = {"root": ROOT, "url": URL, "host": urllib.parse.urlsplit(URL).path,
                      "other_upn": os.environ.get("CONFORMANCE_OTHER_UPN", "")}
        self.always = {}

    def play(self, text):
        for block in re.split(r"\n\n+", text.strip()):
            lines = block.split("\n")
            while lines and lines[0].startswith("Always: "):
                header = HEADER.match(lines.pop(0)[len("Always: "):])
                self.always[header[1]] = header[2]
            comments = [line[1:].strip() for line in lines if line.startswith("#")]
            lines = [line for line in lines if not line.startswith("#")]
            if not lines:
                continue
            name = f"{self.name}: {' '.join(comments) or lines[0]}"
            try:
                self.ask(lines)
            except Exception as error:
                record(name, False, f"{lines[0][:120]}: {type(error).__name__ if not isinstance(error, AssertionError) else ''} {error}")
            else:
                record(name, True)

    def fill(self, text):
        def value(match):
            if match[1] not in self.names:
                raise AssertionError(f"{{{match[1]}}} is not known, because something before failed")
            return str(self.names[match[1]])
        return re.sub(r"\{([a-z][a-z0-9_]*)\}", value, text)

    def ask(self, lines):
        split = next(i for i, line in enumerate(lines) if line.startswith("-- "))
        wanted, holds = lines[split][3:].split()[0], lines[split + 1:]
        method, address = self.fill(lines[0]).split(" ", 1)
        headers = {"Accept": "application/json", "OData-Version": "4.0", "OData-MaxVersion": "4.0",
                   "Authorization": f"Bearer {TOKEN}", **self.always}
        body, wait, times = [], 0, 1
        for line in lines[1:split]:
            header = HEADER.match(line) if not body else None
            if header and header[1] == "As":
                headers["Authorization"] = f"Bearer {os.environ['CONFORMANCE_OTHER_TOKEN']}"
            elif header and header[1] == "Wait":
                wait = int(header[2])
            elif header and header[1] == "Times":
                times = int(header[2])
            elif header and header[1] == "Body-File":
                body = [b"0123456789abcdef" * (int(header[2]) // 16 + 1)][0][:int(header[2])]
            elif header and not line.startswith("{"):
                headers[header[1]] = self.fill(header[2])
            else:
                body.append(self.fill(line))
        if isinstance(body, list):
            multipart = headers.get("Content-Type", "").startswith("multipart")
            # A blank line would end the block, so a batch writes it as a dot.
            body = "\r\n".join("" if line == "." else line for line in body) if multipart else "\n".join(body)
            body = body.encode()
        if body and "Content-Type" not in headers:
            headers["Content-Type"] = "application/json"
        address = address if address.startswith("http") else (ROOT.split("/api/")[0] + address if address.startswith("/") else ROOT + address)
        end = time.monotonic() + wait
        while True:
            for _ in range(times):
                answer = self.session.request(method, address, headers=headers, data=body or None, timeout=60)
            try:
                assert str(answer.status_code) == wanted, f"status {answer.status_code}, wanted {wanted}: {answer.text[:300]}"
                for hold in holds:
                    self.hold(answer, hold)
                return
            except AssertionError:
                if time.monotonic() > end:
                    raise
            time.sleep(0.1)

    def hold(self, answer, line):
        if match := re.match(r"^([a-z][a-z0-9_]*) = (.+)$", line):
            self.names[match[1]] = self.at(answer, match[2])
        elif match := re.match(r"^(.+?) == (.+)$", line):
            found, wanted = self.at(answer, match[1]), json.loads(self.fill(match[2]))
            assert found == wanted, f"{match[1]} is {json.dumps(found)}, wanted {match[2]}"
        elif match := re.match(r"^(.+?) ~ (.+)$", line):
            found = str(self.at(answer, match[1]))
            assert re.search(self.fill(match[2]), found), f"{match[1]} is {found[:200]}, wanted /{match[2]}/"
        elif match := re.match(r"^(.+?) has (\d+)$", line):
            found = len(self.at(answer, match[1]))
            assert found == int(match[2]), f"{match[1]} has {found}, wanted {match[2]}"
        elif line.startswith("no "):
            try:
                found = self.at(answer, line[3:])
            except AssertionError:
                return
            raise AssertionError(f"{line[3:]} is {found!r}, wanted none")
        else:
            self.at(answer, line)

    def at(self, answer, path):
        path = path.strip()
        if path.startswith("header "):
            value = answer.headers.get(path[7:])
        elif path == "id":
            found = re.search(r"\(([0-9a-f-]{36})\)\s*$", answer.headers.get("OData-EntityId", ""))
            value = found and found[1]
        elif path == "text":
            value = answer.text
        elif path == "size":
            value = len(answer.content)
        else:
            value = answer.json()
            for part in re.findall(r'"[^"]*"|[^.]+', path):
                part = part.strip('"')
                if isinstance(value, list) and part.isdigit():
                    value = value[int(part)] if int(part) < len(value) else None
                elif isinstance(value, dict):
                    value = value.get(part)
                else:
                    value = None
                if value is None:
                    break
        assert value is not None, f"{path} is not in the answer: {answer.text[:200]}"
        return value


def main():
    only = sys.argv[1:] or [path.stem for path in sorted(FOLDER.glob("*.txt"))]
    for name in only:
        Dialogue(name).play((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))


main()
