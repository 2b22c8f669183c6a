/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/recorder.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/base/mem.h"
#include "sim/record/capfilter.h"
#include "sim/record/capture.h"
#include "sim/record/pcapng.h"
#include "sim/record/portname.h"
#include "sim/record/story.h"
#include "sim/record/tuples.h"

#define NANOSECONDS 1000000000U

/* One of the two kinds of file; all NULL: not opened. */
struct file {
	struct pcapng *ng;
	struct capture *pcap;
	size_t names; /* of addresses that it has been told */
};

struct port {
	bool wanted, declared;
	uint32_t number; /* in its file */
	size_t file;
};

struct recorder {
	struct recorder_conf conf;
	struct watch watch;
	struct world *world;
	struct remark_names names;
	struct capfilter *filter;
	struct story *story;
	struct diag *diag;
	struct port *ports; /* of all nodes */
	size_t *first;	    /* by node: of its ports */
	struct {
		VEC(struct file);
	} files;
	struct arena arena;
	struct {
		VEC(struct pcapng_name);
	} addresses;
	struct tuples named; /* the same addresses, to find them */
	struct str line, sentence;
};

static bool is_classic(const char *path)
{
	size_t len = strlen(path);
	return len > 5 && !strcmp(path + len - 5, ".pcap");
}

/* Also if it cannot be opened: then nothing is written. */
static size_t open_file(struct recorder *r, const char *path, struct diag *d)
{
	struct pcapng_about about = {r->conf.application, r->conf.about};
	struct file f = {0};
	if (is_classic(path) && !r->conf.pcapng)
		f.pcap = capture_open(path, d);
	else
		f.ng = pcapng_open(path, &about, d);
	VEC_ADD(&r->files, f);
	return r->files.count - 1;
}

static bool make_dir(const char *dir, struct diag *d)
{
	if (mkdir(dir, 0777) == 0 || errno == EEXIST)
		return true;
	diag_error(d, diag_nowhere(), "cannot make %s: %s", dir,
		   strerror(errno));
	return false;
}

struct recorder *recorder_new(const struct recorder_conf *conf, struct diag *d)
{
	size_t errors = d->error_count;
	struct recorder *r = MEM_NEW(struct recorder);
	r->conf = *conf;
	r->diag = d;
	arena_init(&r->arena);
	if (conf->filter)
		r->filter = capfilter_new(conf->filter, d);
	if (d->error_count == errors && conf->path)
		open_file(r, conf->path, d);
	else if (d->error_count == errors)
		make_dir(conf->dir, d);
	if (d->error_count == errors)
		return r;
	recorder_end(r, false, d);
	return NULL;
}

static struct port *port_of(struct recorder *r, const struct nic *n)
{
	return &r->ports[r->first[n->node->number] + n->port];
}

static bool wants(void *context, const struct nic *n)
{
	return port_of(context, n)->wanted;
}

/* "podvm-busybox.eth0.pcapng" */
static size_t file_for(struct recorder *r, const struct nic *n)
{
	struct str path = {0}, name = {0};
	portname_print(n, &name);
	for (char *p = name.text; *p; p++)
		if (*p == ':' || *p == '/')
			*p = '.';
	str_addf(&path, "%s/%s.pcapng", r->conf.dir, str_text(&name));
	size_t file = open_file(r, str_text(&path), r->diag);
	str_fini(&path);
	str_fini(&name);
	return file;
}

static void declare(struct recorder *r, const struct nic *n, struct port *p)
{
	struct str name = {0}, description = {0};
	p->declared = true;
	p->file = r->conf.path ? 0 : file_for(r, n);
	struct file *f = &r->files.at[p->file];
	portname_print(n, &name);
	portname_describe(n, &description);
	if (f->ng)
		p->number = pcapng_add_port(f->ng, str_text(&name),
					    str_text(&description));
	str_fini(&name);
	str_fini(&description);
}

static void write_remark(struct recorder *r, const struct story_sighting *s,
			 struct pcapng_packet *to)
{
	bool due = s->marked && (r->conf.notes == RECORDER_NOTES_ALL ||
				 remark_is_due(&s->remark));
	if (!due || r->conf.notes == RECORDER_NOTES_NONE)
		return;
	str_clear(&r->line);
	str_clear(&r->sentence);
	remark_write(&s->remark, r->world, &r->names, &r->line, &r->sentence);
	to->comments[0] = str_text(&r->line);
	to->comments[1] = str_text(&r->sentence);
}

static void write_ng(struct recorder *r, struct file *f, const struct port *p,
		     const struct story_sighting *s)
{
	struct pcapng_packet out = {
		.time = (uint64_t)VCLOCK_EPOCH * NANOSECONDS + s->time,
		.port = p->number,
		.out = s->remark.out,
		.id = s->remark.pkt,
		.frame = s->frame,
		.len = s->len};
	pcapng_add_names(f->ng, r->addresses.at + f->names,
			 r->addresses.count - f->names);
	f->names = r->addresses.count;
	write_remark(r, s, &out);
	pcapng_add(f->ng, &out);
}

static void keep_secrets(struct recorder *r, const struct story_sighting *s)
{
	for (size_t i = 0; i < r->files.count; i++)
		if (r->files.at[i].ng)
			pcapng_add_secrets(r->files.at[i].ng,
					   (const char *)s->frame, s->len);
}

static void keep(void *context, const struct story_sighting *s)
{
	struct recorder *r = context;
	if (!s->nic) {
		keep_secrets(r, s);
		return;
	}
	if (r->filter && !capfilter_fits(r->filter, s->frame, s->len))
		return;
	struct port *p = port_of(r, s->nic);
	if (r->conf.pace)
		r->conf.pace(r->conf.context, s->time);
	if (!p->declared)
		declare(r, s->nic, p);
	struct file *f = &r->files.at[p->file];
	if (f->ng)
		write_ng(r, f, p, s);
	else if (f->pcap)
		capture_add(f->pcap, s->time, s->frame, s->len);
}

static void on_note(void *context, const struct note *n)
{
	struct recorder *r = context;
	story_note(r->story, n);
}

static void on_sent(void *context, const struct node *from, const struct pkt *p)
{
	struct recorder *r = context;
	story_sent(r->story, from, p);
}

static void on_frame(void *context, const struct nic *nic,
		     enum watch_direction direction, uint64_t now,
		     const struct pkt *p)
{
	struct recorder *r = context;
	story_frame(r->story, nic, direction, now, p);
}

static void on_secrets(void *context, const char *lines, size_t len)
{
	struct recorder *r = context;
	story_secrets(r->story, world_now(r->world), lines, len);
}

static void count_ports(struct recorder *r)
{
	const struct world *w = r->world;
	size_t count = 0;
	r->first = mem_new(w->nodes.count + 1, sizeof(*r->first));
	for (size_t i = 0; i < w->nodes.count; i++) {
		r->first[i] = count;
		count += w->nodes.at[i]->nic_count;
	}
	r->ports = mem_new(count + 1, sizeof(*r->ports));
	for (size_t i = 0; i < count; i++)
		r->ports[i].wanted = !r->conf.ports;
}

static bool want_one(struct recorder *r, const char *name, struct diag *d)
{
	struct portname_ports found = {0};
	bool ok = portname_find(r->world, name, &found);
	for (size_t i = 0; i < found.count; i++)
		port_of(r, found.at[i])->wanted = true;
	VEC_FREE(&found);
	if (ok)
		return true;
	portname_unknown(r->world, name, d);
	return false;
}

static bool want_ports(struct recorder *r, struct diag *d)
{
	bool ok = true;
	for (const char *at = r->conf.ports; at && *at;) {
		size_t len = strcspn(at, ",");
		struct str name = {0};
		str_add_len(&name, at, len);
		ok &= want_one(r, str_text(&name), d);
		str_fini(&name);
		at += len + (at[len] == ',');
	}
	return ok;
}

bool recorder_attach(struct recorder *r, struct world *w,
		     const struct remark_names *names, struct diag *d)
{
	r->world = w;
	r->names = *names;
	count_ports(r);
	struct story_conf conf = {.every = r->conf.points == RECORDER_ALL ||
					   r->conf.dir,
				  .wants = wants,
				  .keep = keep,
				  .context = r};
	r->story = story_new(w, &conf);
	r->watch = (struct watch){.note = on_note,
				  .sent = on_sent,
				  .frame = on_frame,
				  .secrets = on_secrets,
				  .context = r};
	world_watch(w, &r->watch);
	return want_ports(r, d);
}

void recorder_name(struct recorder *r, ip4 addr, const char *name)
{
	struct flow_key key = {.src = addr};
	if (tuples_number(&r->named, &key, 0) < r->addresses.count)
		return;
	struct pcapng_name n = {addr, arena_text(&r->arena, name)};
	VEC_ADD(&r->addresses, n);
}

bool recorder_flush(struct recorder *r)
{
	bool read = true;
	for (size_t i = 0; i < r->files.count; i++)
		if (r->files.at[i].ng)
			read &= pcapng_flush(r->files.at[i].ng);
	return read;
}

void recorder_detach(struct recorder *r)
{
	if (!r->story)
		return;
	world_unwatch(r->world, &r->watch);
	story_end(r->story);
	story_free(r->story);
	r->story = NULL;
}

static bool end_file(struct file *f, bool kept, struct diag *d)
{
	if (!f->ng && !f->pcap)
		return false; /* it could not be opened, which was said */
	if (kept && f->ng)
		return pcapng_close(f->ng, d);
	if (kept)
		return capture_close(f->pcap, d);
	pcapng_discard(f->ng);
	capture_discard(f->pcap);
	return true;
}

bool recorder_end(struct recorder *r, bool kept, struct diag *d)
{
	bool ok = true;
	if (!r)
		return true;
	story_free(r->story); /* of a world that is gone */
	for (size_t i = 0; i < r->files.count; i++)
		ok &= end_file(&r->files.at[i], kept, d);
	VEC_FREE(&r->files);
	VEC_FREE(&r->addresses);
	tuples_fini(&r->named);
	capfilter_free(r->filter);
	mem_free(r->ports);
	mem_free(r->first);
	str_fini(&r->line);
	str_fini(&r->sentence);
	arena_fini(&r->arena);
	mem_free(r);
	return ok;
}
