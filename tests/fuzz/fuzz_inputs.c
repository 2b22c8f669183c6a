/* SPDX-License-Identifier: Apache-2.0 */
/* Mutated inputs against everything that reads: topologies and scenarios (YAML
 * reader, schema, checks of meaning, patches, building, sometimes playing),
 * captures (pcap and pcapng, sometimes replayed), and captured frames thrown at
 * the ports of a running network. Nothing may crash, hang, or upset a
 * sanitizer. targets.h has what inputs are given to; coverage.c gives them what
 * libFuzzer finds.
 *
 *	fuzz-inputs [--count N] [--seed N] [--only I] [--captures FOLDER]
 *		[--seeds FOLDER]
 *
 * Files in the folder of --captures (broken.py writes some) are mutated, too;
 * --seeds is where to write what mutation starts from.
 * Input number I of a seed is always the same, so what failed can be repeated
 * alone. Run from the root of the tree, where the seed files are. */
#define _GNU_SOURCE /* memfd_create */
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/play/play.h"
#include "scenarios/play/replay.h"
#include "sim/base/vec.h"
#include "sim/record/capture.h"
#include "sim/record/pcapng.h"
#include "sim/record/summary.h"
#include "sim/wire/eth.h"
#include "sim/wire/ip4.h"
#include "sim/wire/tcp.h"
#include "sim/wire/udp.h"
#include "tests/fuzz/targets.h"
#include "topology/build/net.h"
#include "topology/model/model.h"

#define HANG_SECONDS 60
#define MUTATIONS    6
#define SIZE_LIMIT   65536
#define FRAMES	     3000
#define IN_CAPTURE   40 /* frames of a capture that is mutated */

struct seed_file {
	char *path;
	struct str text;
};

struct seeds {
	VEC(struct seed_file);
};

struct frames {
	VEC(struct str);
};

static struct seeds topologies, scenarios;
static struct frames frames;
static struct seeds captures;
static struct tree *net_tree; /* that captures are replayed through */
static volatile unsigned long current, seed_number;

static void on_trouble(int signal_number)
{
	char text[128];
	int len = snprintf(text, sizeof(text),
			   "fuzz-inputs: %s at input %lu of seed %lu\n",
			   signal_number == SIGALRM ? "hang" : "crash", current,
			   seed_number);
	if (write(STDERR_FILENO, text, (size_t)len) < 0)
		_exit(3);
	_exit(2);
}

static void load(const char *pattern, struct seeds *out)
{
	glob_t g;
	if (glob(pattern, 0, NULL, &g) != 0)
		return;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		struct seed_file f = {strdup(g.gl_pathv[i]), {NULL, 0, 0}};
		FILE *file = fopen(g.gl_pathv[i], "rb");
		char block[4096];
		size_t n;
		while (file && (n = fread(block, 1, sizeof(block), file)) > 0)
			str_add_len(&f.text, block, n);
		if (file)
			fclose(file);
		VEC_ADD(out, f);
	}
	globfree(&g);
}

static void on_frame(void *context, const struct nic *nic,
		     enum watch_direction direction, uint64_t now,
		     const struct pkt *p)
{
	struct frames *to = context;
	(void)nic;
	(void)now;
	if (direction != WATCH_OUT || to->count == FRAMES ||
	    (p->len > 1000 && p->id % 100))
		return;
	struct str s = {0};
	str_add_len(&s, (const char *)p->data, p->len);
	VEC_ADD(to, s);
}

/* Frames of a real run are the seeds of frames. */
static void record_frames(const char *path)
{
	struct diag d;
	diag_init(&d);
	struct watch watch = {.frame = on_frame, .context = &frames};
	struct play_options options = {.capture = &watch};
	struct script *s = script_load(path, &d);
	struct outcome *o = s ? play_script(s, &options, &d) : NULL;
	outcome_free(o);
	script_free(s);
	diag_fini(&d);
}

/* Words that mean something somewhere. */
static const char *const words[] = {
	"null",
	"true",
	"{}",
	"[]",
	"0",
	"-1",
	"65536",
	"4294967296",
	"0.0.0.0/0",
	"255.255.255.255/32",
	"10.27.51.145",
	"ANY",
	"SNAT",
	"REFLEXIVE",
	"NO_SNAT",
	"\"",
	"'",
	"{",
	"}",
	"[",
	"]",
	": ",
	"- ",
	"\n",
	"  ",
	"#",
	"&a ",
	"*a",
	"!!",
	"---\n",
	"\t",
	"999999999999s",
	"routes: ",
	"change: ",
	"tier0: ",
	"sequence_number: ",
	"~",
	"\xff",
	"attempts: 3",
	"background: true",
	"*",
	"> ",
	"SYN",
};

static void replace(struct str *s, size_t at, size_t len, const char *with,
		    size_t with_len)
{
	struct str out = {0};
	str_add_len(&out, str_text(s), at);
	str_add_len(&out, with, with_len);
	str_add_len(&out, str_text(s) + at + len, s->len - at - len);
	str_fini(s);
	*s = out;
}

static void mutate_once(struct rng *r, struct str *s, bool text)
{
	size_t at = rng_below(r, (uint32_t)s->len + 1), left = s->len - at;
	size_t len = left ? rng_below(r, (uint32_t)(left < 40 ? left : 40)) : 0;
	char byte = (char)rng_next(r);
	switch (rng_below(r, 6)) {
	case 0:
		replace(s, at, left ? 1 : 0, &byte, 1);
		break;
	case 1:
		replace(s, at, len, "", 0);
		break;
	case 2: { /* a piece of itself, elsewhere */
		size_t to = rng_below(r, (uint32_t)s->len + 1);
		char *piece = mem_new(len + 1, 1);
		memcpy(piece, str_text(s) + at, len);
		replace(s, to, 0, piece, len);
		mem_free(piece);
		break;
	}
	case 3:
		replace(s, at, left, "", 0);
		break;
	default:
		if (text) {
			const char *w = words[rng_below(
				r, sizeof(words) / sizeof(words[0]))];
			replace(s, at, len / 2, w, strlen(w));
		} else {
			replace(s, at, left ? 1 : 0, "\xff", 1);
		}
	}
}

static void mutate(struct rng *r, const struct str *from, bool text,
		   struct str *out)
{
	str_add_len(out, str_text(from), from->len);
	for (unsigned n = 1 + rng_below(r, MUTATIONS); n--;)
		if (out->len < SIZE_LIMIT)
			mutate_once(r, out, text);
}

static void try_topology(struct rng *r)
{
	const struct seed_file *f =
		&topologies.at[rng_below(r, (uint32_t)topologies.count)];
	struct str text = {0};
	mutate(r, &f->text, true, &text);
	targets_topology(f->path, &text);
	str_fini(&text);
}

static void try_scenario(struct rng *r)
{
	const struct seed_file *f =
		&scenarios.at[rng_below(r, (uint32_t)scenarios.count)];
	struct str text = {0};
	mutate(r, &f->text, true, &text);
	targets_scenario(f->path, &text, rng_below(r, 8) == 0);
	str_fini(&text);
}

/* Frames of a run as files of both kinds. */
static void make_captures(void)
{
	char folder[] = "/tmp/fuzz-inputs-XXXXXX", path[2][64], pattern[64];
	struct pcapng_about about = {"fuzz", "seed"};
	struct diag d;
	diag_init(&d);
	if (!mkdtemp(folder))
		return;
	snprintf(path[0], sizeof(path[0]), "%s/a.pcapng", folder);
	snprintf(path[1], sizeof(path[1]), "%s/b.pcap", folder);
	struct pcapng *ng = pcapng_open(path[0], &about, &d);
	struct capture *old = capture_open(path[1], &d);
	pcapng_add_port(ng, "a:eth0", "a port");
	for (size_t i = 0; i < IN_CAPTURE && i < frames.count; i++) {
		const struct str *f = &frames.at[i * 7 % frames.count];
		struct pcapng_packet p = {.time = i,
					  .id = i,
					  .frame = (const uint8_t *)f->text,
					  .len = f->len,
					  .comments = {"tp pkt=1", "words"}};
		pcapng_add(ng, &p);
		capture_add(old, i, p.frame, p.len);
	}
	pcapng_close(ng, &d);
	capture_close(old, &d);
	snprintf(pattern, sizeof(pattern), "%s/*", folder);
	load(pattern, &captures);
	for (int i = 0; i < 2; i++)
		unlink(path[i]);
	rmdir(folder);
	net_tree = tree_load("topology/library/vcf4-static.yaml", &d);
	diag_fini(&d);
}

static void load_captures(const char *folder)
{
	char pattern[256];
	if (!folder)
		return;
	snprintf(pattern, sizeof(pattern), "%s/*", folder);
	load(pattern, &captures);
}

static void replay_bytes(const struct str *bytes, struct diag *d)
{
	char path[64];
	struct play_options options = {0};
	int fd = memfd_create("capture", 0);
	if (fd < 0 || write(fd, str_text(bytes), bytes->len) < 0)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	struct replay_conf conf = {path, "domain-c8:seg-podvm-ns", &options};
	replay_free(replay_play(net_tree, &conf, d));
	close(fd);
}

static void try_capture(struct rng *r)
{
	struct str bytes = {0};
	struct diag d;
	diag_init(&d);
	mutate(r, &captures.at[rng_below(r, (uint32_t)captures.count)].text,
	       false, &bytes);
	targets_capture(&bytes);
	if (rng_below(r, 20) == 0)
		replay_bytes(&bytes, &d);
	str_fini(&bytes);
	diag_fini(&d);
}

/* A piece of a topology, changed, as a change of that topology. */
static void try_change(struct rng *r)
{
	const struct seed_file *f =
		&topologies.at[rng_below(r, (uint32_t)topologies.count)];
	struct str text = {0};
	mutate(r, &f->text, true, &text);
	targets_change(&text);
	str_fini(&text);
}

/* A network that frames are thrown at; made anew now and then. */
static struct net *target;

static void renew_target(void)
{
	struct diag d;
	diag_init(&d);
	net_free(target);
	struct tree *t = tree_load("topology/library/vcf4-static.yaml", &d);
	struct model *m = t ? model_read(t, &d) : NULL;
	target = m ? net_new(m, 1, &d) : NULL;
	model_free(m);
	tree_free(t);
	diag_fini(&d);
}

static void try_frame(struct rng *r)
{
	struct world *w = net_world(target);
	struct str bytes = {0}, text = {0};
	mutate(r, &frames.at[rng_below(r, (uint32_t)frames.count)], false,
	       &bytes);
	if (rng_below(r, 4))
		targets_repair((uint8_t *)bytes.text, bytes.len);
	targets_codecs(&bytes, 0);
	targets_codecs(&bytes, ETH_SIZE + IP4_SIZE);
	targets_codecs(&bytes, ETH_SIZE + IP4_SIZE + UDP_SIZE);
	targets_codecs(&bytes, ETH_SIZE + IP4_SIZE + TCP_SIZE);
	summary_frame((const uint8_t *)str_text(&bytes), bytes.len, NULL,
		      &text);
	struct node *n = w->nodes.at[rng_below(r, (uint32_t)w->nodes.count)];
	struct pkt *p = n->nic_count ? world_take_pkt(w) : NULL;
	if (p) {
		p->len =
			(uint16_t)(bytes.len < PKT_ROOM ? bytes.len : PKT_ROOM);
		memcpy(p->data, str_text(&bytes), p->len);
		struct nic *nic = n->nics[rng_below(r, n->nic_count)];
		if (rng_below(r, 4) && p->len >= 6)
			memcpy(p->data, nic->mac.b,
			       6); /* past the first check */
		nic_receive(nic, &(struct batch){1, {p}});
		world_run_until(w, world_now(w) + VCLOCK_MS);
	}
	str_fini(&bytes);
	str_fini(&text);
}

static void try_one(unsigned long number)
{
	struct rng r;
	rng_init(&r, seed_number * 1000003 + number);
	current = number;
	unsigned kind = rng_below(&r, 100);
	if (kind < 16)
		try_topology(&r);
	else if (kind < 20)
		try_change(&r);
	else if (kind < 35)
		try_scenario(&r);
	else if (kind < 45)
		try_capture(&r);
	else
		try_frame(&r);
}

/* The inputs that mutation starts from, as files for `make fuzz`: one folder for
 * each target. */
static void write_seed(const char *folder, const char *of, size_t number,
		       const struct str *bytes)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/%s", folder, of);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/%zu", folder, of, number);
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(str_text(bytes), 1, bytes->len, f) != bytes->len)
		exit(3);
	fclose(f);
}

static void write_payload(const char *folder, size_t number,
			  const struct str *frame)
{
	static const struct {
		const char *target;
		size_t skip;
	} ways[] = {
		{"tcp", ETH_SIZE + IP4_SIZE},
		{"dns", ETH_SIZE + IP4_SIZE + UDP_SIZE},
		{"http", ETH_SIZE + IP4_SIZE + TCP_SIZE},
	};
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct str rest = {0};
		if (frame->len <= ways[i].skip)
			continue;
		str_add_len(&rest, frame->text + ways[i].skip,
			    frame->len - ways[i].skip);
		write_seed(folder, ways[i].target, number, &rest);
		str_fini(&rest);
	}
}

static void write_seeds(const char *folder)
{
	for (size_t i = 0; i < topologies.count; i++) {
		write_seed(folder, "topology", i, &topologies.at[i].text);
		write_seed(folder, "change", i, &topologies.at[i].text);
	}
	for (size_t i = 0; i < scenarios.count; i++)
		write_seed(folder, "scenario", i, &scenarios.at[i].text);
	for (size_t i = 0; i < captures.count; i++)
		write_seed(folder, "capture", i, &captures.at[i].text);
	for (size_t i = 0; i < frames.count; i += 20) {
		write_seed(folder, "frame", i, &frames.at[i]);
		write_payload(folder, i, &frames.at[i]);
	}
}

static const char *text_option(int argc, char **argv, const char *name)
{
	for (int i = 1; i + 1 < argc; i++)
		if (!strcmp(argv[i], name))
			return argv[i + 1];
	return NULL;
}

static unsigned long option(int argc, char **argv, const char *name,
			    unsigned long value)
{
	const char *text = text_option(argc, argv, name);
	return text ? strtoul(text, NULL, 10) : value;
}

static void fini(void)
{
	struct seeds *all[] = {&topologies, &scenarios, &captures};
	net_free(target);
	tree_free(net_tree);
	for (int i = 0; i < 3; i++) {
		for (size_t j = 0; j < all[i]->count; j++) {
			free(all[i]->at[j].path);
			str_fini(&all[i]->at[j].text);
		}
		VEC_FREE(all[i]);
	}
	for (size_t i = 0; i < frames.count; i++)
		str_fini(&frames.at[i]);
	VEC_FREE(&frames);
}

int main(int argc, char **argv)
{
	unsigned long count = option(argc, argv, "--count", 100000);
	unsigned long only = option(argc, argv, "--only", 0);
	seed_number = option(argc, argv, "--seed", 1);
	signal(SIGALRM, on_trouble);
	signal(SIGSEGV, on_trouble);
	signal(SIGABRT, on_trouble);
	load("topology/library/*.yaml", &topologies);
	load("scenarios/*/*.yaml", &scenarios);
	if (!topologies.count || !scenarios.count) {
		fputs("fuzz-inputs: no seed files here\n", stderr);
		return 3;
	}
	for (size_t i = 0; i < scenarios.count; i++)
		record_frames(scenarios.at[i].path);
	make_captures();
	load_captures(text_option(argc, argv, "--captures"));
	const char *folder = text_option(argc, argv, "--seeds");
	if (folder)
		write_seeds(folder);
	for (unsigned long i = 1; i <= count; i++) {
		if (only && i != only)
			continue;
		alarm(HANG_SECONDS);
		if (i % 5000 == 1 || !target)
			renew_target();
		try_one(i);
	}
	alarm(0);
	fini();
	printf("seed %lu: %lu mutated inputs, no crash, no hang\n", seed_number,
	       count);
	printf("%lu passed, 0 failed\n", count);
	return 0;
}
