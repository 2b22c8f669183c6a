/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/capture.h"

#include <pcap/pcap.h>
#include <string.h>

#include "sim/base/mem.h"
#include "sim/record/outlet.h"
#include "sim/world/vclock.h"

#define SNAPLEN 65535
#define SECOND	1000000000U

struct capture {
	struct outlet *outlet;
	pcap_t *pcap;
	pcap_dumper_t *dumper;
	uint64_t count;
};

/* A record's header in a file with nanoseconds, in the order of the machine, as
 * libpcap writes it (pcap-savefile(5)). pcap_dump() would lock the stream twice
 * for each frame. */
struct record {
	uint32_t seconds, nanoseconds, caplen, len;
};

static void fini(struct capture *c)
{
	if (c->dumper)
		pcap_dump_close(c->dumper);
	pcap_close(c->pcap);
	mem_free(c);
}

struct capture *capture_open(const char *path, struct diag *d)
{
	struct outlet *o = outlet_open(path, d);
	if (!o)
		return NULL;
	struct capture *c = MEM_NEW(struct capture);
	c->outlet = o;
	c->pcap = pcap_open_dead_with_tstamp_precision(
		DLT_EN10MB, SNAPLEN, PCAP_TSTAMP_PRECISION_NANO);
	c->dumper = pcap_dump_fopen(c->pcap, outlet_lend_file(o));
	if (c->dumper)
		return c;
	diag_error(d, diag_nowhere(), "cannot write %s: %s", path,
		   pcap_geterr(c->pcap));
	outlet_discard(o);
	fini(c);
	return NULL;
}

void capture_add(struct capture *c, uint64_t time_ns, const uint8_t *frame,
		 size_t len)
{
	struct record head = {(uint32_t)(VCLOCK_EPOCH + time_ns / SECOND),
			      (uint32_t)(time_ns % SECOND), (uint32_t)len,
			      (uint32_t)len};
	uint8_t *to = outlet_room(c->outlet, sizeof(head) + len);
	memcpy(to, &head, sizeof(head));
	memcpy(to + sizeof(head), frame, len);
	c->count++;
}

uint64_t capture_count(const struct capture *c)
{
	return c->count;
}

bool capture_close(struct capture *c, struct diag *d)
{
	if (!c)
		return true;
	struct outlet *o = c->outlet;
	outlet_flush(o);
	fini(c);
	return outlet_close(o, d);
}

void capture_discard(struct capture *c)
{
	if (!c)
		return;
	struct outlet *o = c->outlet;
	fini(c);
	outlet_discard(o);
}
