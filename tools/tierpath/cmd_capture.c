/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/base/hash.h"
#include "sim/base/mem.h"
#include "sim/record/capture.h"
#include "sim/world/nic.h"
#include "sim/world/world.h"
#include "tools/tierpath/cmd.h"

/* One interface's file in --capture-dir. */
struct port_file {
	const struct nic *nic;
	struct capture *capture;
};

struct cmd_capture {
	struct watch watch;
	struct capture *all; /* --write */
	const char *dir;     /* --capture-dir */
	struct {
		VEC(struct port_file);
	} files;
	struct {
		VEC(uint32_t);
	} forms; /* by packet: the last one written */
	struct diag *diag;
};

static struct capture *file_for(struct cmd_capture *c, const struct nic *n)
{
	for (size_t i = 0; i < c->files.count; i++)
		if (c->files.at[i].nic == n)
			return c->files.at[i].capture;
	struct str path = {0};
	str_addf(&path, "%s/%s-%s.pcap", c->dir, n->node->name, n->name);
	for (char *p = path.text + strlen(c->dir) + 1; *p; p++)
		if (*p == ':' || *p == '/')
			*p = '-';
	struct port_file f = {n, capture_open(str_text(&path), c->diag)};
	VEC_ADD(&c->files, f);
	str_fini(&path);
	return f.capture;
}

/* The ports of switches see what their neighbours' ports see. */
static bool is_switch(const struct nic *n)
{
	return !strcmp(n->node->class->kind, "bridge");
}

/* One file for the whole network holds each packet once for each form that NAT
 * gives it, so that Wireshark sees as many conversations as there are address
 * pairs, and no retransmission that did not happen. */
static bool is_new_form(struct cmd_capture *c, const struct pkt *p)
{
	uint32_t form = 1 | hash_pair((uint64_t)p->src.v << 32 | p->dst.v,
				      (uint32_t)p->sport << 16 | p->dport);
	while (c->forms.count <= p->id)
		VEC_ADD(&c->forms, 0);
	if (c->forms.at[p->id] == form)
		return false;
	c->forms.at[p->id] = form;
	return true;
}

static void on_frame(void *context, const struct nic *nic,
		     enum watch_direction direction, uint64_t now,
		     const struct pkt *p)
{
	struct cmd_capture *c = context;
	if (is_switch(nic))
		return;
	if (c->all && direction == WATCH_OUT && is_new_form(c, p))
		capture_add(c->all, now, p->data, p->len);
	struct capture *file = c->dir ? file_for(c, nic) : NULL;
	if (file)
		capture_add(file, now, p->data, p->len);
}

struct cmd_capture *cmd_capture_new(const struct option_values *v,
				    struct diag *d)
{
	if (!v->write && !v->capture_dir)
		return NULL;
	struct cmd_capture *c = MEM_NEW(struct cmd_capture);
	c->watch = (struct watch){.frame = on_frame, .context = c};
	c->diag = d;
	c->dir = v->capture_dir;
	if (v->write)
		c->all = capture_open(v->write, d);
	if (c->dir && mkdir(c->dir, 0777) != 0 && errno != EEXIST)
		diag_error(d, diag_nowhere(), "cannot make %s: %s", c->dir,
			   strerror(errno));
	return c;
}

struct watch *cmd_capture_watch(struct cmd_capture *c)
{
	return c ? &c->watch : NULL;
}

static bool end_one(struct capture *one, bool keep, struct diag *d)
{
	if (keep)
		return capture_close(one, d);
	capture_discard(one);
	return true;
}

bool cmd_capture_end(struct cmd_capture *c, bool keep, struct diag *d)
{
	if (!c)
		return true;
	bool ok = end_one(c->all, keep, d);
	for (size_t i = 0; i < c->files.count; i++)
		ok &= end_one(c->files.at[i].capture, keep, d);
	VEC_FREE(&c->files);
	VEC_FREE(&c->forms);
	mem_free(c);
	return ok;
}
