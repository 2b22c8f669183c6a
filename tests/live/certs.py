# SPDX-License-Identifier: Apache-2.0
"""What a real skopeo says to certificates that are wrong, and to what is no TLS at
all, next to what the simulator says for the same registry."""
import datetime
import os
import re
import socket
import ssl
import subprocess
import threading

NAME = "k8s.gcr.io"
OTHERS = ["harbor.rainpole.com", "www.rainpole.com"]
SETTINGS = """[ca]
default_ca = own
[own]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
"""


def openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def make_authority(folder):
    folder.mkdir()
    (folder / "settings").write_text(SETTINGS)
    (folder / "index").write_text("")
    (folder / "serial").write_text("01\n")
    openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=authority",
            "-keyout", "ca.key", "-out", "ca.crt")


def make_server(folder, stem, names, days):
    """A certificate for 'names', good from days[0] to days[1] from today."""
    now = datetime.datetime.now(datetime.timezone.utc)
    start, end = ((now + datetime.timedelta(d)).strftime("%Y%m%d%H%M%SZ") for d in days)
    openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={stem}", "-keyout", f"{stem}.key",
            "-out", f"{stem}.csr", "-addext", "subjectAltName=" + ",".join("DNS:" + n for n in names))
    openssl(folder, "ca", "-batch", "-config", "settings", "-cert", "ca.crt", "-keyfile", "ca.key", "-notext",
            "-in", f"{stem}.csr", "-out", f"{stem}.crt", "-startdate", start, "-enddate", end)


class Server:
    """Port 443: TLS with a certificate, or, without one, plain HTTP."""

    def __init__(self, chain):
        self.context = None
        if chain:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(f"{chain}.crt", f"{chain}.key")
        self.listener = socket.create_server(("127.0.0.1", 443))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            try:
                if self.context:
                    client = self.context.wrap_socket(client, server_side=True)
                else:
                    client.recv(4096)
                    client.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
            except OSError:
                pass
            client.close()

    def end(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def without_times(text):
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", text)


def real(tmp, trusted):
    done = subprocess.run(
        ["skopeo", "--insecure-policy", "copy", "--src-cert-dir", trusted, f"docker://{NAME}/busybox:latest",
         f"dir:{tmp / 'nothing'}"], capture_output=True, text=True, timeout=60,
        env=os.environ | {"GODEBUG": "netdns=go"})
    found = re.search(r'level=fatal msg="(.*)"$', done.stderr.strip())
    return without_times(found.group(1).replace(r"\"", '"') if found else done.stderr.strip())


def certificates(r, tmp, simulated):
    """'simulated' takes a change in flow style and returns the text."""
    folder, nobody, hosts = tmp / "authority", tmp / "nobody", tmp / "hosts"
    make_authority(folder)
    (folder / "trusted").mkdir()
    (folder / "trusted/ca.crt").write_text((folder / "ca.crt").read_text())
    nobody.mkdir()
    hosts.write_text(f"127.0.0.1 {NAME}\n")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)
    tls = "{hosts: {registry: {registry: {tls: %s}}}}"
    cases = [
        ("an authority that nobody trusts", [NAME], (-1, 5), nobody, tls % "{issuer: harbor-ca}"),
        ("a certificate that has run out", [NAME], (-9, -2), None, tls % "{not_after: 2020-05-31}"),
        ("a certificate that is not valid yet", [NAME], (2, 9), None, "{hosts: {tkg-xzd8h: {clock_offset: -400d}}}"),
        ("a certificate for other names", OTHERS, (-1, 5), None, tls % "{names: [%s]}" % ", ".join(OTHERS)),
        ("plain HTTP", None, None, None, tls % "false"),
    ]
    try:
        play(r, cases, folder, tmp, simulated)
    finally:
        subprocess.run(["umount", "/etc/hosts"], check=True)


def play(r, cases, folder, tmp, simulated):
    for number, (name, names, days, trusted, change) in enumerate(cases):
        stem = f"server{number}"
        if names:
            make_server(folder, stem, names, days)
        server = Server(folder / stem if names else None)
        r.same(f"skopeo and its profile say the same to {name}", real(tmp, trusted or folder / "trusted"),
               without_times(simulated(change)))
        server.end()
