/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>

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
	c->dumper = pcap_dump_fopen(c->pcap, outlet_take_file(o));
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
	struct pcap_pkthdr head = {
		.ts = {(time_t)(VCLOCK_EPOCH + time_ns / SECOND),
		       (suseconds_t)(time_ns % SECOND)},
		.caplen = (bpf_u_int32)len,
		.len = (bpf_u_int32)len,
	};
	pcap_dump((u_char *)c->dumper, &head, frame);
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
	if (pcap_dump_flush(c->dumper) != 0 ||
	    ferror(pcap_dump_file(c->dumper)))
		outlet_set_failed(c->outlet, errno);
	struct outlet *o = c->outlet;
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
