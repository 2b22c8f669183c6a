#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The article with real programs: dig, dnsmasq, skopeo, docker-registry, and
coturn's judge of NATs, at the ends of `tierpath live`.

Runs in namespaces of its own (network, mount; also user if not root), which end
with it: whatever it mounts or makes is seen by nobody else.

    live.py TIERPATH [--json FILE]
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from certs import certificates
from image import make_image
from network import Live, Netns, start, until

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ARTICLE = ROOT / "topology/library/vcf4-static.yaml"
NAT = HERE / "nat.yaml"
JUDGES = "bind9-dnsutils dnsmasq-base skopeo docker-registry coturn openssl".split()  # packages of what judges
NEEDED = ("ip unshare mount dig dnsmasq skopeo docker-registry openssl turnserver "
          "turnutils_natdiscovery").split()
IMAGE = "k8s.gcr.io/busybox"
REGISTRY, DNS = "74.125.133.82", "10.27.51.252"
WRAPPING = "rpc error: code = Unknown desc = "  # kubelet's, not skopeo's
RULES = {"supervisor": ("30.0.0.5", "10.27.51.145"), "tkg": ("30.0.0.16", "10.27.51.147")}


class Results:
    def __init__(self):
        self.rows = []

    def ok(self, name, good, seen=""):
        self.rows.append({"name": name, "ok": bool(good), "seen": str(seen)})
        print(f"{'ok' if good else 'not ok'} - {name}")
        if not good:
            print("  # " + str(seen).replace("\n", "\n  # "))

    def same(self, name, seen, wanted):
        self.ok(name, seen == wanted, f"seen   {seen}\nwanted {wanted}")

    def end(self):
        bad = sum(not r["ok"] for r in self.rows)
        print(f"{len(self.rows) - bad} passed, {bad} failed")
        return 1 if bad else 0


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(3)


def enter():
    """This program again, in namespaces of its own."""
    if os.environ.get("TIERPATH_LIVE_TEST") == "inside":
        return
    for tool in NEEDED:
        if not shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
            skip(f"there is no {tool}; make check-live installs it")
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        skip("/dev/net/tun cannot be opened")
    flags = ["-mn"] if os.geteuid() == 0 else ["-Urmn"]
    if subprocess.run(["unshare", *flags, "mount", "-t", "tmpfs", "none", "/run"],
                      capture_output=True).returncode:
        skip("namespaces are not allowed here")
    os.environ["TIERPATH_LIVE_TEST"] = "inside"
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    os.execvp("unshare", ["unshare", *flags, sys.executable, *sys.argv])


def rule(name, on):
    if not on:
        return "{tier0s: {t0-edge: {nat_rules: {%s: null}}}}" % name
    source, to = RULES[name]
    return ("{tier0s: {t0-edge: {nat_rules: {%s: {action: REFLEXIVE, source_network: %s, "
            "translated_network: %s}}}}}" % (name, source, to))


def simulated(binary, tmp, change):
    """What the profile 'skopeo' says, and after how many seconds."""
    file = tmp / "simulated.yaml"
    file.write_text(f"title: simulated\ntopology: {ARTICLE}\nchange: {change}\nsteps:\n"
                    f"  - pull: {{workload: skopeo, image: {IMAGE}}}\n")
    done = subprocess.run([binary, "run", "--json", file], capture_output=True, text=True)
    if done.returncode:
        return done.stderr, 0
    step = json.loads(done.stdout)["steps"][0]
    return plain(step["text"].removeprefix(WRAPPING)), step["took"]


def with_skopeo(host, change):
    """The change, and a workload that has skopeo's words."""
    return change[:-1] + (", " if len(change) > 2 else "") + \
        "workloads: {skopeo: {host: %s, profile: skopeo}}}" % host


def plain(text):
    """Without what differs from run to run: source ports."""
    return re.sub(r"(\d+\.\d+\.\d+\.\d+):\d{4,5}->", r"\1:PORT->", text)


class Skopeo:
    """One copy of the image, under way or done."""

    def __init__(self, space, tmp, name):
        self.to = tmp / name
        self.started = time.monotonic()
        self.process = space.start(
            ["skopeo", "--insecure-policy", "copy", "--remove-signatures",
             "--src-cert-dir", tmp / "certs", f"docker://{IMAGE}:latest", f"dir:{self.to}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env=os.environ | {"GODEBUG": "netdns=go"})

    def end(self, seconds=100):
        """(status, text of the error, seconds it took)"""
        _, err = self.process.communicate(timeout=seconds)
        took = time.monotonic() - self.started
        found = re.search(r'level=fatal msg="(.*)"$', err.strip())
        text = found.group(1).replace(r"\"", '"') if found else err.strip()
        return self.process.returncode, plain(text), took


def start_registry(space, tmp):
    """docker-registry with TLS on 443, and the image in it."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-keyout", tmp / "key.pem", "-out", tmp / "cert.pem", "-subj", "/CN=k8s.gcr.io",
                    "-addext", f"subjectAltName=DNS:k8s.gcr.io,IP:{REGISTRY}"],
                   check=True, capture_output=True)
    (tmp / "certs").mkdir()
    shutil.copy(tmp / "cert.pem", tmp / "certs/ca.crt")
    (tmp / "registry.yml").write_text(json.dumps({
        "version": 0.1, "storage": {"filesystem": {"rootdirectory": str(tmp / "store")}},
        "http": {"addr": ":443", "tls": {"certificate": str(tmp / "cert.pem"),
                                         "key": str(tmp / "key.pem")}}}))
    process = space.start(["docker-registry", "serve", tmp / "registry.yml"],
                          stdout=open(tmp / "registry.log", "wb"), stderr=subprocess.STDOUT)
    make_image(tmp / "image")

    said = {}

    def pushed():
        said["done"] = space.run(
            ["skopeo", "--insecure-policy", "copy", "--dest-cert-dir", tmp / "certs",
             f"dir:{tmp / 'image'}", f"docker://{REGISTRY}/busybox:latest"])
        return said["done"].returncode == 0
    if not until(pushed, 15):
        raise RuntimeError(said["done"].stderr + (tmp / "registry.log").read_text())
    return process


def dig(space, seconds, tries):
    done = space.run(["dig", "+short", f"+time={seconds}", f"+tries={tries}", "k8s.gcr.io"])
    return done.stdout.strip()


def article(r, binary, tmp):
    """Blocked, then cured while the clients hang; each text as the simulator has it."""
    spaces = {n: Netns(n) for n in ("podvm", "tkg", "registry", "dns")}
    live = Live(binary, ARTICLE, ["podvm-busybox=podvm", "tkg-control-plane=tkg",
                                  "registry=registry", "dns=dns"],
                changes=[rule("supervisor", False), rule("tkg", False)])
    (tmp / "resolv.conf").write_text(f"nameserver {DNS}\n")
    subprocess.run(["mount", "--bind", tmp / "resolv.conf", "/etc/resolv.conf"], check=True)
    start(spaces["dns"], ["dnsmasq", "--no-daemon", "--no-resolv", "--no-hosts", "--bind-interfaces",
                          "--conf-file=/dev/null", "--pid-file=",
                          f"--listen-address={DNS}", f"--address=/k8s.gcr.io/{REGISTRY}"])
    until(lambda: dig(spaces["dns"], 1, 1) == REGISTRY, 10)
    registry = start_registry(spaces["registry"], tmp)
    try:
        blocked = Skopeo(spaces["tkg"], tmp, "blocked")  # a minute, while the rest goes on
        cured(r, live, spaces, tmp)
        refused(r, live, spaces, tmp, registry, binary)
        nameless(r, live, spaces, tmp, binary)
        compare(r, "silence", blocked, binary, tmp,
                with_skopeo("tkg-control-plane", rule("tkg", False)))
        live.do("stats")
        r.ok("the drops are counted where they happened",
             live.wait(r"^  upstream +NO_ROUTE +[1-9]", 5), live.text())
    finally:
        status = live.end()
    r.same("live ends in order", status, 0)
    r.ok("its devices are gone", "eth0" not in spaces["podvm"].run(["ip", "link"]).stdout)


def compare(r, name, skopeo, binary, tmp, change):
    status, text, took = skopeo.end()
    wanted, seconds = simulated(binary, tmp, change)
    r.ok(f"{name}: skopeo fails", status == 1, text)
    r.same(f"{name}: its text is the simulated one", text, wanted)
    # Start of the program, and timers of a machine that has other things to do.
    r.ok(f"{name}: it takes as long, {seconds:.1f} s",
         seconds - 0.5 <= took <= seconds * 1.06 + 5, f"{took:.2f} s")


def cured(r, live, spaces, tmp):
    r.same("dig gets an answer: the DNS server has a route back", dig(spaces["podvm"], 3, 2), REGISTRY)
    hanging = Skopeo(spaces["podvm"], tmp, "pulled")
    r.ok("live tells where the answers die",
         live.wait(r"upstream drops 74\.125\.133\.82:443 > 30\.0\.0\.5:\d+  NO_ROUTE", 10),
         live.text())
    live.do("show sessions domain-c8")
    r.ok("the session waits for an answer", live.wait(r"TCP .*74\.125\.133\.82:443 .*pods-out", 5),
         live.text())
    r.ok("skopeo hangs", hanging.process.poll() is None)
    live.do(f"change {rule('supervisor', True)}")
    r.ok("the rule is in", live.wait("t0-edge gains NAT rule supervisor", 5), live.text())
    status, text, took = hanging.end()
    r.ok("the hanging skopeo succeeds", status == 0, text)
    r.ok("with the retry of its SYN, not a new try", 0.9 < took < 25, f"{took:.2f} s")
    r.ok("what came is what was pushed", status == 0 and
         (tmp / "pulled/manifest.json").read_bytes() == (tmp / "image/manifest.json").read_bytes() and
         all((tmp / "pulled" / f.name).read_bytes() == f.read_bytes()
             for f in (tmp / "image").iterdir()))
    log = (tmp / "registry.log").read_text()
    r.ok("the registry saw Tier-0's address", "10.27.51.145" in log and "10.244.0.130" not in log)


def refused(r, live, spaces, tmp, registry, binary):
    """Errors that are told at once."""
    live.do("change {routers: {upstream: {acl: {no: {action: REJECT, destination: %s}}}}}" % REGISTRY)
    live.wait("acl is now", 5)
    compare(r, "rejected by the upstream router", Skopeo(spaces["podvm"], tmp, "rejected"), binary, tmp,
            with_skopeo("podvm-busybox", "{routers: {upstream: {acl: {no: {action: REJECT, "
                        "destination: %s}}}}}" % REGISTRY))
    live.do("change {routers: {upstream: {acl: null}}}")
    live.wait("acl", 5)
    registry.terminate()
    registry.wait()
    compare(r, "nothing listens", Skopeo(spaces["podvm"], tmp, "refused"), binary, tmp,
            with_skopeo("podvm-busybox", "{hosts: {registry: {registry: null}}}"))


def nameless(r, live, spaces, tmp, binary):
    """Step 4 of the story undone: the DNS server's answers to the pod find no way back."""
    spaces["dns"].run(["ip", "route", "add", "30.0.0.16/32", "via", "10.27.51.145"])
    spaces["dns"].run(["ip", "route", "del", "30.0.0.0/24"])
    live.do(f"change {rule('supervisor', False)}")
    live.wait("t0-edge loses NAT rule supervisor", 5)
    compare(r, "DNS", Skopeo(spaces["podvm"], tmp, "nameless"), binary, tmp,
            with_skopeo("podvm-busybox", "{tier0s: {t0-edge: {nat_rules: {supervisor: null}}}, "
                        "hosts: {dns: {routes: null}}}"))
    looking = spaces["podvm"].start(["dig", "+short", "+time=2", "+tries=5", "k8s.gcr.io"],
                                    stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    r.ok("dig hangs", looking.poll() is None)
    live.do(f"change {rule('supervisor', True)}")
    r.same("dig gets its answer once the rule is there",
           looking.communicate(timeout=30)[0].strip().splitlines()[-1:], [REGISTRY])


def nat(r, binary, tmp):
    """What kind of NAT this is, by the judgement of coturn (RFC 5780)."""
    client, server = Netns("client"), Netns("server")
    live = Live(binary, NAT, ["vm-a=client", "server=server"])
    try:
        server.run(["ip", "addr", "add", "198.51.100.11/24", "dev", "eth0"])
        start(server, ["turnserver", "-n", "-c", "/dev/null", "-L", "198.51.100.10",
                       "-L", "198.51.100.11", "--no-cli", "--no-tls", "--no-dtls", "--no-auth",
                       "--log-file", "stdout", "--pidfile", str(tmp / "turn.pid"),
                       "--userdb", str(tmp / "turn.db")], cwd=tmp)
        seen = {}

        def judged():
            seen["text"] = client.run(["turnutils_natdiscovery", "-m", "-f", "198.51.100.10"],
                                      timeout=60).stdout
            return "Mapping!" in seen["text"]
        until(judged, 90)
        text = seen["text"]
        r.ok("coturn: mapping depends on address and port",
             "NAT with Address and Port Dependent Mapping" in text, text)
        r.ok("coturn: filtering depends on address and port",
             "NAT with Address and Port Dependent Filtering" in text, text)
    finally:
        status = live.end()
    r.same("live with two addresses of one server ends in order", status, 0)


def refusals(r, binary):
    """What is told when it cannot be."""
    def says(name, words, pattern, prefix=()):
        done = subprocess.run([*prefix, binary, "live", *words], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=20)
        r.ok(name, done.returncode == 2 and re.search(pattern, done.stderr),
             f"{done.returncode} {done.stderr}")
    says("no namespace of that name", [NAT, "vm-a=nowhere"], "cannot open the namespace 'nowhere'")
    says("no host of that name", [NAT, "vm-x=client"], "did you mean 'vm-a'")
    says("no namespace given", [NAT, "vm-a"], "write HOST=NETNS")
    says("the same host twice", [NAT, "vm-a=client", "vm-a=client"], "given twice")
    says("a host that nobody may take", [NAT, "vm-a=client"], "live mode needs CAP_NET_ADMIN",
         ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"])
    if os.path.exists("/proc/self/ns/net"):
        done = subprocess.run([binary, "live", NAT, "vm-a=/proc/self/ns/net"], input="stats\nquit\n",
                              capture_output=True, text=True, timeout=20)
        r.ok("a namespace by its path, commands from a pipe",
             done.returncode == 0 and "vm-a:eth0" in done.stdout, done.stdout + done.stderr)


def versions():
    """Of the judges, as Debian names them."""
    def one(package):
        done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True)
        return f"{package} {done.stdout if done.returncode == 0 else 'of unknown version'}"
    return ", ".join(map(one, JUDGES))


def write(path, rows, started):
    """The form of all results: tests/README.md."""
    path.write_text(json.dumps({
        "name": "live", "judge": "dig, dnsmasq, skopeo, docker-registry, turnutils_natdiscovery",
        "version": versions(), "seed": "none", "cases": len(rows), "failures": sum(not r["ok"] for r in rows),
        "skipped": [], "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "seconds": round(time.time() - started, 1), "detail": {"tests": [r["name"] for r in rows]}, "tests": rows}, indent=1) + "\n")


def main():
    enter()
    started = time.time()
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    r = Results()
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        tmp = pathlib.Path(folder)
        os.environ["HOME"] = folder  # where programs look for their settings
        nat(r, binary, tmp)
        refusals(r, binary)
        certificates(r, tmp, lambda change: simulated(binary, tmp, with_skopeo("tkg-xzd8h", change))[0])
        article(r, binary, tmp)
        subprocess.run(["umount", "/etc/resolv.conf"], check=True)
    if "--json" in sys.argv:
        write(pathlib.Path(sys.argv[sys.argv.index("--json") + 1]), r.rows, started)
    sys.exit(r.end())


if __name__ == "__main__":
    main()
