"""A tenant of its own for one run: the real binary on a temporary folder, over HTTP and HTTPS."""

import json
import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path

START_SECONDS = 120


class Tenant:
    """A running server and what its administrator may do with it."""

    def __init__(self, program):
        self.program = str(Path(program).resolve())
        self.folder = tempfile.TemporaryDirectory(prefix="freehold-conformance-")
        self.data = Path(self.folder.name) / "data"
        self.lines = []
        self.ready = threading.Event()
        self.process = subprocess.Popen(
            [self.program, "serve", "--demo", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--data", self.data],
            env=self.clean(),
            cwd=self.folder.name,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()
        if not self.ready.wait(START_SECONDS):
            self.stop()
            raise SystemExit("The server did not start:\n" + "\n".join(self.lines[-20:]))
        self.http = f"http://localhost:{self._port('http')}"
        self.https = f"https://localhost:{self._port('https')}"
        self.ca = self.data / "ca.pem"
        self.token = self.token_of("admin")

    def clean(self, **more):
        """The environment of a program, without the settings of whoever runs this."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FREEHOLD_")}
        return {**kept, "FREEHOLD_CONFIG_DIR": str(Path(self.folder.name) / "config"), **more}

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line.rstrip())
            if line.rstrip().endswith(" ready"):
                self.ready.set()
        self.ready.set()

    def _port(self, scheme):
        start = f"Listening {scheme}://127.0.0.1:"
        for line in self.lines:
            if line.startswith(start):
                return line[len(start):].split()[0]
        self.stop()
        raise SystemExit("The server did not start:\n" + "\n".join(self.lines[-20:]))

    def token_of(self, user):
        """An access token of somebody in the directory."""
        ran = subprocess.run(
            [self.program, "token", "--user", user, "--data", self.data],
            env=self.clean(), capture_output=True, text=True, check=True,
        )
        return ran.stdout.strip()

    def cli(self, *arguments):
        """Runs the command line as the administrator; gives what it tells."""
        ran = subprocess.run(
            [self.program, *map(str, arguments), "--json"],
            env=self.clean(FREEHOLD_URL=self.http, FREEHOLD_TOKEN=self.token),
            capture_output=True, text=True,
        )
        if ran.returncode != 0:
            raise RuntimeError(f"freehold {' '.join(map(str, arguments))}: {ran.stderr.strip()}")
        return json.loads(ran.stdout) if ran.stdout.strip() else None

    def environment(self, domain):
        """Creates an environment with a database; gives its path below the server's address."""
        self.cli("admin", "create", "--name", f"Conformance {domain}", "--type", "Sandbox",
                 "--region", "europe", "--domain", domain)
        return f"/orgs/{domain}"

    def application(self, domain):
        """Registers an application that administers an environment; gives its id and secret."""
        made = self.cli("admin", "create-service-principal", "--environment", f"Conformance {domain}")
        return made["applicationId"], made["clientSecret"]

    def user(self, domain, name, role):
        """Makes a user of the directory with a role in an environment; gives a token."""
        import urllib.request

        me = self._directory("/api/freehold/me")
        upn = f"{name}@{me['userPrincipalName'].split('@')[1]}"
        body = {"userPrincipalName": upn, "displayName": name.title(), "password": "Aa1!" + os.urandom(12).hex(),
                "licences": ["PowerAppsPlan"], "usageLocation": "US"}
        self._directory("/api/freehold/users", body)
        self.cli("admin", "assign-user", "--environment", f"Conformance {domain}", "--user", upn, "--role", role)
        return upn, self.token_of(name)

    def _directory(self, path, body=None):
        import urllib.request

        request = urllib.request.Request(
            self.http + path, method="POST" if body else "GET",
            data=json.dumps(body).encode() if body else None,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def stop(self):
        """Ends the server; the folder goes with it."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()
