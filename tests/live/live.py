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
import threading
import time
import traceback

from certs import certificates
from followed import followed
from image import make_image
from network import PATIENCE, Live, Netns, start, until

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ARTICLE = ROOT / "topology/library/vcf4-static.yaml"
NAT = HERE / "nat.yaml"
JUDGES = "bind9-dnsutils dnsmasq-base skopeo docker-registry coturn openssl".split()  # packages of what judges
NEEDED = "ip unshare nsenter mount"  # by all chapters
SBIN = ":/usr/sbin:/sbin"
IMAGE = "k8s.gcr.io/busybox"
REGISTRY, DNS = "74.125.133.82", "10.27.51.252"
WRAPPING = "rpc error: code = Unknown desc = "  # kubelet's, not skopeo's
TURN = [f"198.51.100.{host}:{port}" for host in (10, 11) for port in (3478, 3479)]
RULES = {"supervisor": ("30.0.0.5", "10.27.51.145"), "tkg": ("30.0.0.16", "10.27.51.147")}


class Results:
    def __init__(self):
        self.rows, self.skipped, self.started = [], [], time.time()

    def ok(self, name, good, seen=""):
        self.rows.append({"name": name, "ok": bool(good), "seen": str(seen)})
        print(f"{'ok' if good else 'not ok'} - {name}")
        if not good:
            print("  # " + str(seen).replace("\n", "\n  # "))

    def same(self, name, seen, wanted):
        self.ok(name, seen == wanted, f"seen   {seen}\nwanted {wanted}")

    def skip(self, what):
        self.skipped.append(what)
        print(f"skipped: {what}")

    def chapter(self, name, needs, play):
        """Some of the tests, with what they need; others go on without them."""
        missing = lacking(needs)
        if missing:
            self.skip(f"{name}: there is no {missing}; make check-live installs it")
            return
        try:
            play()
        except Exception:  # a failure like any other: what comes next has its own network
            self.ok(f"{name}, to the end", False, traceback.format_exc())

    def end(self):
        bad = sum(not r["ok"] for r in self.rows)
        print(f"{len(self.rows) - bad} passed, {bad} failed" +
              (f", {len(self.skipped)} skipped" if self.skipped else ""))
        return 1 if bad else 0


def lacking(programs):
    """The first of them that is not installed."""
    return next((p for p in programs.split() if not shutil.which(p, path=os.environ["PATH"] + SBIN)), None)


def skip_all(reason):
    """Nothing can be played here, and no older result may say otherwise."""
    r = Results()
    r.skip(reason)
    write(r)
    sys.exit(3)


def enter():
    """This program again, in namespaces of its own."""
    if os.environ.get("TIERPATH_LIVE_TEST") == "inside":
        return
    missing = lacking(NEEDED)
    if missing:
        skip_all(f"there is no {missing}; make check-live installs it")
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        skip_all("/dev/net/tun cannot be opened")
    flags = ["-mn"] if os.geteuid() == 0 else ["-Urmn"]
    tried = subprocess.run(["unshare", *flags, "mount", "-t", "tmpfs", "none", "/run"], capture_output=True, text=True)
    if tried.returncode:
        skip_all("namespaces are not allowed here: " + tried.stderr.strip())
    os.environ["TIERPATH_LIVE_TEST"] = "inside"
    os.environ["PATH"] += SBIN
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
        self.watcher = threading.Thread(target=self.watch, daemon=True)
        self.watcher.start()

    def watch(self):
        """When it ends, whatever else goes on then."""
        self.error = self.process.communicate()[1].strip()
        self.took = time.monotonic() - self.started

    def end(self):
        """(status, text of the error, seconds it took)"""
        self.watcher.join(60 + PATIENCE)
        if self.watcher.is_alive():
            raise RuntimeError(f"{self.to.name}: skopeo does not end")
        found = re.search(r'level=fatal msg="(.*)"$', self.error)
        text = found.group(1).replace(r"\"", '"') if found else self.error
        return self.process.returncode, plain(text), self.took


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
    if not until(pushed):
        raise RuntimeError(said["done"].stderr + (tmp / "registry.log").read_text())
    return process


def start_dns(space, tmp):
    """dnsmasq, which writes down who asks."""
    log = tmp / "dnsmasq.log"
    start(space, ["dnsmasq", "--no-daemon", "--no-resolv", "--no-hosts", "--bind-interfaces",
                  "--conf-file=/dev/null", "--pid-file=", "--log-queries",
                  f"--listen-address={DNS}", f"--address=/k8s.gcr.io/{REGISTRY}"], log)
    if not until(lambda: dig(space) == REGISTRY):
        raise RuntimeError("dnsmasq does not answer: " + log.read_text())


def dig(space):
    return space.run(["dig", "+short", "+time=3", "+tries=5", "k8s.gcr.io"]).stdout.strip()


class Dig:
    """A look-up that hangs: the server, which knows the answer, is asked once more."""

    def __init__(self, space, tmp, source):
        self.log, self.source = tmp / "dnsmasq.log", source
        before = self.asked()
        self.process = space.start(["dig", "+short", "+time=2", "+tries=10", "k8s.gcr.io"],
                                   stdout=subprocess.PIPE, text=True)
        self.hangs = until(lambda: self.asked() > before + 1 or self.process.poll() is not None) and \
            self.process.poll() is None

    def asked(self):
        return self.log.read_text().count(f"query[A] k8s.gcr.io from {self.source}\n")

    def end(self):
        return self.process.communicate(timeout=PATIENCE)[0].strip().splitlines()[-1:]


def with_resolver(tmp):
    """/etc/resolv.conf for all that runs here; it may be a link into the /run that we have hidden."""
    file = pathlib.Path(os.path.realpath("/etc/resolv.conf"))
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (tmp / "resolv.conf").write_text(f"nameserver {DNS}\n")
    subprocess.run(["mount", "--bind", tmp / "resolv.conf", file], check=True)


def article(r, binary, tmp):
    """Blocked, then cured while the clients hang; each text as the simulator has it."""
    spaces = {n: Netns(n) for n in ("podvm", "tkg", "registry", "dns")}
    live = Live(binary, ARTICLE, ["podvm-busybox=podvm", "tkg-control-plane=tkg",
                                  "registry=registry", "dns=dns"],
                changes=[rule("supervisor", False), rule("tkg", False)])
    try:
        with_resolver(tmp)
        start_dns(spaces["dns"], tmp)
        registry = start_registry(spaces["registry"], tmp)
        blocked = Skopeo(spaces["tkg"], tmp, "blocked")  # a minute, while the rest goes on
        cured(r, live, spaces, tmp)
        refused(r, live, spaces, tmp, registry, binary)
        nameless(r, live, spaces, tmp, binary)
        compare(r, "silence", blocked, binary, tmp,
                with_skopeo("tkg-control-plane", rule("tkg", False)))
        live.do("stats")
        r.ok("the drops are counted where they happened",
             live.wait(r"^  upstream +NO_ROUTE +[1-9]"), live.text())
    finally:
        status = live.end()
    r.same("live ends in order", status, 0)
    r.ok("its devices are gone", "eth0" not in spaces["podvm"].run(["ip", "link"]).stdout)


def start_up():
    """Seconds that skopeo takes to do nothing."""
    started = time.monotonic()
    subprocess.run(["skopeo", "--version"], capture_output=True, check=True)
    return time.monotonic() - started


def compare(r, name, skopeo, binary, tmp, change):
    status, text, took = skopeo.end()
    wanted, seconds = simulated(binary, tmp, change)
    busy = start_up()
    r.ok(f"{name}: skopeo fails", status == 1, text)
    r.same(f"{name}: its text is the simulated one", text, wanted)
    # Timers are a little late; a machine that has other things to do starts programs late, too.
    r.ok(f"{name}: it takes as long, {seconds:.1f} s",
         seconds - 0.5 <= took <= seconds * 1.06 + 5 + 20 * busy, f"{took:.2f} s, and {busy:.2f} s to start")


def cured(r, live, spaces, tmp):
    r.same("dig gets an answer: the DNS server has a route back", dig(spaces["podvm"]), REGISTRY)
    hanging = Skopeo(spaces["podvm"], tmp, "pulled")
    r.ok("live tells where the answers die",
         live.wait(r"upstream drops 74\.125\.133\.82:443 > 30\.0\.0\.5:\d+  NO_ROUTE"),
         live.text())
    live.do("show sessions domain-c8")
    r.ok("the session waits for an answer", live.wait(r"TCP .*74\.125\.133\.82:443 .*pods-out"),
         live.text())
    r.ok("skopeo hangs", hanging.watcher.is_alive())
    live.change(rule("supervisor", True), "t0-edge gains NAT rule supervisor")
    status, text, took = hanging.end()
    r.ok("the hanging skopeo succeeds", status == 0, text)
    r.ok("with the retry of its SYN, not a new try", 0.9 < took < 25, f"{took:.2f} s")
    r.ok("what came is what was pushed", status == 0 and
         (tmp / "pulled/manifest.json").read_bytes() == (tmp / "image/manifest.json").read_bytes() and
         all((tmp / "pulled" / f.name).read_bytes() == f.read_bytes()
             for f in (tmp / "image").iterdir()))
    log = tmp / "registry.log"
    r.ok("the registry saw Tier-0's address", until(lambda: "10.27.51.145" in log.read_text()))
    r.ok("and not the pod's", "10.244.0.130" not in log.read_text())


def refused(r, live, spaces, tmp, registry, binary):
    """Errors that are told at once."""
    live.change("{routers: {upstream: {acl: {no: {action: REJECT, destination: %s}}}}}" % REGISTRY, "acl is now")
    compare(r, "rejected by the upstream router", Skopeo(spaces["podvm"], tmp, "rejected"), binary, tmp,
            with_skopeo("podvm-busybox", "{routers: {upstream: {acl: {no: {action: REJECT, "
                        "destination: %s}}}}}" % REGISTRY))
    live.change("{routers: {upstream: {acl: null}}}", "routers.upstream.acl: removed")
    registry.terminate()
    registry.wait()
    compare(r, "nothing listens", Skopeo(spaces["podvm"], tmp, "refused"), binary, tmp,
            with_skopeo("podvm-busybox", "{hosts: {registry: {registry: null}}}"))


def nameless(r, live, spaces, tmp, binary):
    """Step 4 of the story undone: the DNS server's answers to the pod find no way back."""
    live.change("{hosts: {dns: {routes: {egress: null, tkg: {network: 30.0.0.16/32, next_hops: [10.27.51.145]}}}}}",
                "the network changes")
    live.change(rule("supervisor", False), "t0-edge loses NAT rule supervisor")
    compare(r, "DNS", Skopeo(spaces["podvm"], tmp, "nameless"), binary, tmp,
            with_skopeo("podvm-busybox", "{tier0s: {t0-edge: {nat_rules: {supervisor: null}}}, "
                        "hosts: {dns: {routes: null}}}"))
    looking = Dig(spaces["podvm"], tmp, "30.0.0.5")
    r.ok("dig hangs: the DNS server has no route back", looking.hangs)
    live.change("{hosts: {dns: {routes: {egress: {network: 30.0.0.0/24, next_hops: [10.27.51.145]}}}}}",
                "dns gains route egress")
    r.same("the hanging dig gets its answer once it has", looking.end(), [REGISTRY])
    r.ok("the route is the namespace's", "30.0.0.0/24 via 10.27.51.145 dev eth0" in
         spaces["dns"].run(["ip", "route"]).stdout)
    live.change("{hosts: {dns: {routes: {egress: null}}}}", "dns loses route egress")
    looking = Dig(spaces["podvm"], tmp, "30.0.0.5")
    r.ok("dig hangs again without it", looking.hangs)
    live.change(rule("supervisor", True), "t0-edge gains NAT rule supervisor")
    r.same("dig gets its answer once Tier-0 has the rule", looking.end(), [REGISTRY])


def listening(space):
    """Addresses and ports of UDP that somebody serves."""
    return {line.split()[3] for line in space.run(["ss", "-Huln"]).stdout.splitlines()}


def nat(r, binary, tmp):
    """What kind of NAT this is, by the judgement of coturn (RFC 5780)."""
    client, server = Netns("client"), Netns("server")
    live = Live(binary, NAT, ["vm-a=client", "server=server"])
    try:
        server.run(["ip", "addr", "add", "198.51.100.11/24", "dev", "eth0"])
        start(server, ["turnserver", "-n", "-c", "/dev/null", "-L", "198.51.100.10",
                       "-L", "198.51.100.11", "--no-cli", "--no-tls", "--no-dtls", "--no-auth",
                       "--log-file", "stdout", "--pidfile", str(tmp / "turn.pid"),
                       "--userdb", str(tmp / "turn.db")], tmp / "turn.log", cwd=tmp)
        # A judge that is not answered at once waits long, and then judges that.
        if not until(lambda: listening(server) >= set(TURN)):
            raise RuntimeError("turnserver does not listen: " + (tmp / "turn.log").read_text())
        text = client.run(["turnutils_natdiscovery", "-m", "-f", "198.51.100.10"], timeout=2 * PATIENCE).stdout
        r.ok("coturn: mapping depends on address and port",
             "NAT with Address and Port Dependent Mapping" in text, text)
        r.ok("coturn: filtering depends on address and port",
             "NAT with Address and Port Dependent Filtering" in text, text)
    finally:
        status = live.end()
    r.same("live with two addresses of one server ends in order", status, 0)


def refusals(r, binary):
    """What is told when it cannot be."""
    Netns("taken")
    def says(name, words, pattern, prefix=()):
        done = subprocess.run([*prefix, binary, "live", *words], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=PATIENCE)
        r.ok(name, done.returncode == 2 and re.search(pattern, done.stderr),
             f"{done.returncode} {done.stderr}")
    says("no namespace of that name", [NAT, "vm-a=nowhere"], "cannot open the namespace 'nowhere'")
    says("no host of that name", [NAT, "vm-x=taken"], "did you mean 'vm-a'")
    says("no namespace given", [NAT, "vm-a"], "write HOST=NETNS")
    says("the same host twice", [NAT, "vm-a=taken", "vm-a=taken"], "given twice")
    says("a host that nobody may take", [NAT, "vm-a=taken"], "live mode needs CAP_NET_ADMIN",
         ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"])
    done = subprocess.run([binary, "live", NAT, "vm-a=/proc/self/ns/net"], input="stats\nquit\n",
                          capture_output=True, text=True, timeout=PATIENCE)
    r.ok("a namespace by its path, commands from a pipe",
         done.returncode == 0 and "vm-a:eth0" in done.stdout, done.stdout + done.stderr)


def versions():
    """Of the judges, as Debian names them."""
    def one(package):
        if lacking("dpkg-query"):
            return f"{package} of unknown version"
        done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True)
        return f"{package} {done.stdout if done.returncode == 0 else 'of unknown version'}"
    return ", ".join(map(one, JUDGES))


def write(r):
    """The form of all results: tests/README.md."""
    if "--json" not in sys.argv:
        return
    pathlib.Path(sys.argv[sys.argv.index("--json") + 1]).write_text(json.dumps({
        "name": "live", "judge": "dig, dnsmasq, skopeo, docker-registry, turnutils_natdiscovery",
        "version": versions(), "seed": "none", "cases": len(r.rows), "failures": sum(not x["ok"] for x in r.rows),
        "skipped": r.skipped, "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "seconds": round(time.time() - r.started, 1), "detail": {"tests": [x["name"] for x in r.rows]},
        "tests": r.rows}, indent=1) + "\n")


def play(r, binary, tmp):
    r.chapter("NAT, judged by coturn", "ss turnserver turnutils_natdiscovery", lambda: nat(r, binary, tmp))
    r.chapter("refusals", "setpriv", lambda: refusals(r, binary))
    r.chapter("changes of hosts", "", lambda: followed(r, binary, tmp))
    r.chapter("certificates", "skopeo openssl", lambda: certificates(
        r, tmp, lambda change: simulated(binary, tmp, with_skopeo("tkg-xzd8h", change))[0]))
    r.chapter("the article", "dig dnsmasq skopeo docker-registry openssl", lambda: article(r, binary, tmp))


def main():
    enter()
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    r = Results()
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder  # where programs look for their settings
        play(r, binary, pathlib.Path(folder))
    write(r)
    sys.exit(r.end())


if __name__ == "__main__":
    main()
