# SPDX-License-Identifier: Apache-2.0
"""Wireshark set up by tierpath: the profile, and the capture interface, as a
user without privilege meets them."""
import os
import re
import shutil

from common import ROOT, binary, has_tls, play, run, tests

NOBODY = 65534
STORY = "scenarios/article/b-podvm-timeout.yaml"

# There Wireshark expects GSM, unless the profile says otherwise.
ON_PORT_5000 = """title: a registry on its usual port
topology: ../../topology/library/two-tier.yaml
change:
  hosts: {server: {registry: {port: 5000, images: {app: {layers: [3000]}}}}}
  workloads: {job: {host: vm-a, profile: containerd16}}
steps:
  - pull: {workload: job, image: "198.51.100.10:5000/app"}
"""


class User:
    """Somebody with a home folder of their own; root's extcap folder would not
    be looked at."""

    def __init__(self, folder):
        self.home = folder / "home"
        shutil.copytree(ROOT / "scenarios/article", self.home / "scenarios/article")
        shutil.copytree(ROOT / "topology/library", self.home / "topology/library")
        (self.home / "scenarios/own").mkdir()
        (self.home / "scenarios/own/port-5000.yaml").write_text(ON_PORT_5000)
        self.program = self.home / "tierpath"
        shutil.copy(binary, self.program)
        self.env = {"HOME": str(self.home), "PATH": "/usr/bin:/bin"}
        self.own()

    def own(self):
        if os.geteuid() != 0:
            return
        for place in [self.home.parent, self.home, *self.home.rglob("*")]:
            os.chown(place, NOBODY, NOBODY)

    def run(self, *words):
        drop = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
        return run([*(drop if os.geteuid() == 0 else []), *map(str, words)], env=self.env)


def says(name, done, *texts):
    missing = [t for t in texts if t not in done.stdout + done.stderr]
    tests.check(name, missing and f"{missing} not in\n{done.stdout}{done.stderr}")


def install(user):
    done = user.run(user.program, "wireshark", "--install-profile", "--install-extcap",
                    user.home / "scenarios")
    tests.check("the profile and the interface install",
                done.returncode and done.stdout + done.stderr)
    there = [p for p in (".local/lib", ".config") if not
             os.access(user.home / p / "wireshark/extcap/tierpath", os.X_OK)]
    tests.check("the interface is where old and new Wireshark look", there)
    done = user.run(user.program, "wireshark")
    tests.check("without options it asks what to install", done.returncode != 2)
    done = user.run(user.program, "wireshark", "--install-extcap", "/nowhere")
    tests.check("a missing folder is told", done.returncode != 2 or "/nowhere" not in done.stderr)


def profile(user, folder):
    """Columns, colours and buttons in tshark's hands."""
    path = folder / "story.pcapng"
    play(STORY, path)
    path.chmod(0o644)
    done = user.run("tshark", "-C", "tierpath", "-r", path)
    says("columns name ports, hosts, verdicts and rules", done,
         "upstream:inet", "registry → domain-c8:nat", " dropped ", " SNAT pods-out ",
         "upstream dropped it: NO_ROUTE")
    done = user.run("tshark", "-C", "tierpath", "-r", path, "--color", "-T", "psml")
    packets = re.findall(r"<packet [^>]*background='(#\w+)'.*?</packet>", done.stdout, re.S)
    texts = re.findall(r"<packet .*?</packet>", done.stdout, re.S)
    red = {c for c, t in zip(packets, texts) if "<section>dropped</section>" in t}
    tests.check("drops are red, and nothing else is", red != {"#cc2222"} or
                packets.count("#cc2222") != sum("<section>dropped<" in t for t in texts))
    tests.check("there are colours for what was translated and sent again",
                {"#ffebaf", "#ffc28f"} - set(packets))
    done = user.run("tshark", "-C", "tierpath", "-r", path, "-Y", 'tierpath.verdict == "dropped"',
                    "-T", "fields", "-e", "frame.interface_name")
    tests.check("the plug-in makes fields", set(done.stdout.split()) != {"upstream:inet"} and
                done.stderr)
    buttons = (user.home / ".config/wireshark/profiles/tierpath/dfilter_buttons").read_text()
    found = re.findall(r'^"TRUE","([^"]*)","([^"]*)"', buttons, re.M)
    tests.check("there are buttons", {"drops only", "follow this packet through NAT"} -
                {name for name, _ in found})
    for name, expression in found:
        done = user.run("tshark", "-r", path, "-c", "3", "-Y", expression.replace("\\x22", '"'))
        tests.check(f"button '{name}' is a filter", done.returncode and done.stderr)


def decrypted(user):
    """What the profile is needed for, and what not: requests in the file, and as
    they come from the interface, for somebody without privilege."""
    path = user.home / "own.pcapng"
    user.run(user.program, "run", "-q", user.home / "scenarios/own/port-5000.yaml", "--write", path)
    read = ["-N", "n", "-Y", "http.request", "-T", "fields", "-e", "ip.src_host",
            "-e", "http.request.method", "-e", "http.request.full_uri"]
    wanted = "vm-a\tGET\thttps://198.51.100.10:5000/v2/app/manifests/latest"
    says("the profile has TLS on port 5000", user.run("tshark", "-C", "tierpath", "-r", path, *read),
         wanted)
    at = ["tshark", "-i", "tierpath", "-o", "extcap.tierpath.speed:0", "-o"]
    says("also from the interface", user.run(
        *at, "extcap.tierpath.scenario:own/port-5000", "-C", "tierpath", *read), wanted)
    says("port 443 needs no profile", user.run(
        *at, "extcap.tierpath.scenario:article/c-podvm-reflexive", *read),
        "podvm-busybox\tGET\thttps://k8s.gcr.io/v2/busybox/manifests/latest")


def extcap(user):
    """The interface is offered, configured, and captures."""
    says("tshark -D lists it", user.run("tshark", "-D"), "tierpath: a simulated network")
    says("tshark -L knows its link type", user.run("tshark", "-i", "tierpath", "-L"), "EN10MB")
    done = user.run(user.program, "extcap", user.home / "scenarios", "--extcap-config",
                    "--extcap-interface", "tierpath")
    says("scenarios can be chosen", done, "{call=--scenario}",
         "{value=article/b-podvm-timeout}", "A vSphere Pod cannot pull", "{call=--speed}")
    done = user.run("tshark", "-i", "tierpath", "-o", "extcap.tierpath.scenario:article/b-podvm-timeout",
                    "-o", "extcap.tierpath.speed:0", "-N", "n", "-c", "30", "-T", "fields",
                    "-e", "frame.interface_name", "-e", "ip.src_host", "-e", "frame.comment")
    says("tshark -i tierpath captures", done, "podvm-busybox:eth0\tpodvm-busybox",
         "verdict=dropped reason=NO_ROUTE")
    done = user.run("tshark", "-i", "tierpath", "-o", "extcap.tierpath.scenario:nothing", "-c", "1")
    says("a wrong choice is told", done, "there is no scenario 'nothing'")
    done = user.run(user.program, "extcap", "--extcap-interface", "eth0", "--extcap-dlts")
    tests.check("another interface is refused", done.returncode != 2)
    done = user.run(user.program, "extcap", "--capture")
    tests.check("--capture needs --fifo", done.returncode != 2 or "--fifo" not in done.stderr)


def check(folder):
    user = User(folder)
    install(user)
    profile(user, folder)
    extcap(user)
    if has_tls():
        decrypted(user)
