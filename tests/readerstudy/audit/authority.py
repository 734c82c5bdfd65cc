"""A time-stamping authority of the tests' own: openssl behind a small web server."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIGURATION = """
[ tsa ]
default_tsa = this
[ this ]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""
EXTENSIONS = "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"


class Authority:
    """`roots` is the certificate to check its stamps against; `url` where it answers."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.url, self.roots = folder, "", folder / "root.pem"
        folder.mkdir()
        new = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")
        self._openssl(*new, "-subj", "/CN=Root", "-keyout", "root.key", "-out", "root.pem")
        self._openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=TSA", *OF_TSA)
        (folder / "extensions").write_text(EXTENSIONS)
        signed_by = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-extfile", "extensions")
        self._openssl("x509", "-req", "-days", "2", "-in", "tsa.csr", *signed_by, "-out", "tsa.pem")
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(CONFIGURATION.format(folder=folder))

    def reply(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        self._openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply")
        return (self.folder / "reply").read_bytes()

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)


OF_TSA = ("-keyout", "tsa.key", "-out", "tsa.csr")


@contextmanager
def an_authority(folder: Path) -> Iterator[Authority]:
    authority = Authority(folder)

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            reply = authority.reply(query) if self.path == "/stamp" else b"nothing"
            self.send_response(200)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *args: object) -> None:
            """Say nothing: a test prints what it finds."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        authority.url = f"http://127.0.0.1:{server.server_port}/stamp"
        yield authority
        server.shutdown()
