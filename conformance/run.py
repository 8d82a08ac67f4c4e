"""Runs published Dataverse clients, unmodified, against the real binary, and keeps the score.

Called by script/conformance, which installs the clients. Each client gets an environment of its own."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tenant import Tenant

HERE = Path(__file__).resolve().parent
TOOLS = HERE.parent / "target" / "conformance"
FLOOR = HERE / "floor.json"
PYTHON = sys.executable


class Client:
    """How a client is run: the command, for how many seconds at most, what it
    needs of this machine (None or why it is skipped), and what it is told in its environment."""

    def __init__(self, command, seconds, needs=None, environment=None):
        self.command, self.seconds = command, seconds
        self.needs = needs or (lambda: None)
        self.environment = environment or (lambda tenant, domain: {})


def python(name):
    return [PYTHON, str(HERE / "clients" / name)]


def source():
    """The folder of the repository of Microsoft's Python client, if this machine has it."""
    named = os.environ.get("CONFORMANCE_DATAVERSE_CLIENT")
    for folder in [named, HERE.parent.parent / "shared" / "PowerPlatform-DataverseClient-Python"]:
        if folder and (Path(folder) / "examples").is_dir():
            return Path(folder).resolve()
    return None


def needs_source():
    if source() is None:
        return ("set CONFORMANCE_DATAVERSE_CLIENT to a checkout of "
                "github.com/microsoft/PowerPlatform-DataverseClient-Python")
    return None


def from_source(tenant, domain):
    """The client of the checkout. Its f-strings need Python 3.12; for an older one a copy in target/
    has the one line that is new written in the old way."""
    folder = source()
    package = folder / "src"
    if sys.version_info < (3, 12):
        package = TOOLS / "client-source"
        shutil.rmtree(package, ignore_errors=True)
        shutil.copytree(folder / "src", package)
        filters = package / "PowerPlatform/Dataverse/models/filters.py"
        text = filters.read_text(encoding="utf-8")
        filters.write_text(text.replace('''.strip("'")}"' for''', '''.strip(chr(39))}"' for'''), encoding="utf-8")
    return {"CONFORMANCE_SOURCE": str(folder), "CONFORMANCE_CLIENT_SOURCE": str(package)}


def examples_of_source(tenant, domain):
    return {"CONFORMANCE_SOURCE": str(source()), "CONFORMANCE_HTTPS": "1"}


def with_application(tenant, domain):
    name, secret = tenant.application(domain)
    return {"CONFORMANCE_CLIENT_ID": name, "CONFORMANCE_CLIENT_SECRET": secret, "CONFORMANCE_SERVER": tenant.http}


def with_another_user(tenant, domain):
    upn, token = tenant.user(domain, "sampleuser", "Basic User")
    return {"CONFORMANCE_OTHER_UPN": upn, "CONFORMANCE_OTHER_TOKEN": token}


CLIENTS = {
    "dataverse-client-1.1.0": Client(python("dataverse_client.py"), 300),
    "dataverse-client-1.1.0-async": Client([*python("dataverse_client.py"), "--async"], 300),
    "dataverse-client-1.1.0-examples": Client(python("microsoft_examples.py"), 1800,
                                              needs=needs_source, environment=examples_of_source),
    "dataverse-client-source": Client(python("microsoft_examples.py"), 1800, needs=needs_source,
                                      environment=from_source),
    "dynamics-web-api": Client(["node", str(HERE / "clients" / "dynamics_web_api.mjs")], 300),
    "dataverse-api": Client(python("dataverse_api_client.py"), 300),
    "dynamics-client": Client(python("dynamics_client_methods.py"), 300, environment=with_application),
    "power-apps-samples": Client(python("samples.py"), 400, environment=with_another_user),
}


def run(name, client, tenant, scratch):
    """Runs a client; gives its checks."""
    domain = "".join(letter for letter in name if letter.isalnum())[:24]
    path = tenant.environment(domain)
    results = scratch / f"{name}.jsonl"
    results.unlink(missing_ok=True)
    folder = scratch / name
    folder.mkdir(parents=True, exist_ok=True)
    environment = tenant.clean(
        CONFORMANCE_URL=tenant.http + path,
        CONFORMANCE_HTTPS_URL=tenant.https + path,
        CONFORMANCE_TOKEN=tenant.token,
        CONFORMANCE_RESULTS=str(results),
        CONFORMANCE_SCRATCH=str(folder),
        CONFORMANCE_NPM=str(TOOLS / "npm"),
        REQUESTS_CA_BUNDLE=str(tenant.ca),
        SSL_CERT_FILE=str(tenant.ca),
        NODE_EXTRA_CA_CERTS=str(tenant.ca),
        PYTHONDONTWRITEBYTECODE="1",
        **client.environment(tenant, domain),
    )
    started = time.monotonic()
    with open(folder / "log.txt", "w", encoding="utf-8") as log:
        process = subprocess.Popen(client.command, env=environment, cwd=folder, stdout=log, stderr=log,
                                   start_new_session=True)
        try:
            ended = process.wait(client.seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
            ended = f"none within {client.seconds} seconds"
    checks = [json.loads(line) for line in results.read_text("utf-8").splitlines()] if results.exists() else []
    if ended != 0 or not checks:
        checks.append({"name": "the run as a whole", "ok": False, "why": f"exit code {ended}, see {folder / 'log.txt'}"})
    return {"passed": sum(c["ok"] for c in checks), "total": len(checks),
            "seconds": round(time.monotonic() - started, 1), "failures": [c for c in checks if not c["ok"]]}


def judge(name, result, floor):
    """Prints the score of a client; gives whether it is at least the floor."""
    least = floor.get(name, {"passed": 0})["passed"]
    good = result["passed"] >= least
    print(f"{name}: {result['passed']}/{result['total']} in {result['seconds']} s"
          + ("" if good else f"  BELOW THE FLOOR of {least}"), flush=True)
    for failure in result["failures"]:
        print(f"  - {failure['name']}: {failure['why']}")
    return good


def main():
    parser = argparse.ArgumentParser(prog="script/conformance", description=__doc__)
    parser.add_argument("--only", help="names of clients, with commas between them")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results into a file")
    parser.add_argument("--raise-floor", action="store_true", help="keep better scores in conformance/floor.json")
    parser.add_argument("--script", help="only the example scripts whose names hold this")
    parser.add_argument("--binary", default=HERE.parent / "target/debug/freehold", help="the server to run")
    arguments = parser.parse_args()
    chosen = arguments.only.split(",") if arguments.only else list(CLIENTS)
    unknown = [name for name in chosen if name not in CLIENTS]
    if unknown:
        parser.error(f"no client {unknown[0]}; there are {', '.join(CLIENTS)}")
    floor = json.loads(FLOOR.read_text("utf-8")) if FLOOR.exists() else {}
    scratch = TOOLS / "runs"
    scratch.mkdir(parents=True, exist_ok=True)
    if arguments.script:
        os.environ["CONFORMANCE_ONLY_SCRIPT"] = arguments.script
    tenant = Tenant(arguments.binary)
    results, good = {}, True
    try:
        for name in chosen:
            skipped = CLIENTS[name].needs()
            if skipped:
                print(f"{name}: skipped, {skipped}")
                continue
            results[name] = run(name, CLIENTS[name], tenant, scratch)
            good &= judge(name, results[name], floor)
    finally:
        (scratch / "server.log").write_text("\n".join(tenant.lines), encoding="utf-8")
        tenant.stop()
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    if arguments.raise_floor:
        for name, result in results.items():
            if result["passed"] > floor.get(name, {"passed": -1})["passed"]:
                floor[name] = {"passed": result["passed"], "total": result["total"]}
        FLOOR.write_text(json.dumps(floor, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
