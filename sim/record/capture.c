/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/mem.h"

#define SNAPLEN 65535
#define SECOND	1000000000U

struct capture {
	char *path, *temporary; /* temporary NULL: straight to stdout */
	pcap_t *pcap;
	pcap_dumper_t *dumper;
	uint64_t count;
};

static void fini(struct capture *c)
{
	if (c->dumper)
		pcap_dump_close(c->dumper);
	if (c->pcap)
		pcap_close(c->pcap);
	mem_free(c->path);
	mem_free(c->temporary);
	mem_free(c);
}

static char *temporary_for(const char *path)
{
	struct str s = {0};
	str_addf(&s, "%s.part%ld", path, (long)getpid());
	return str_take(&s);
}

struct capture *capture_open(const char *path, struct diag *d)
{
	struct capture *c = MEM_NEW(struct capture);
	bool to_stdout = !strcmp(path, "-");
	c->path = mem_text(path);
	c->temporary = to_stdout ? NULL : temporary_for(path);
	c->pcap = pcap_open_dead_with_tstamp_precision(
		DLT_EN10MB, SNAPLEN, PCAP_TSTAMP_PRECISION_NANO);
	FILE *file = to_stdout ? stdout : fopen(c->temporary, "wb");
	if (!file) {
		diag_error(d, diag_nowhere(), "cannot write %s: %s", path,
			   strerror(errno));
		fini(c);
		return NULL;
	}
	c->dumper = pcap_dump_fopen(c->pcap, file);
	if (c->dumper)
		return c;
	diag_error(d, diag_nowhere(), "cannot write %s: %s", path,
		   pcap_geterr(c->pcap));
	fini(c);
	return NULL;
}

void capture_add(struct capture *c, uint64_t time_ns, const uint8_t *frame,
		 size_t len)
{
	struct pcap_pkthdr head = {
		.ts = {(time_t)(CAPTURE_EPOCH + time_ns / SECOND),
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
	bool ok = pcap_dump_flush(c->dumper) == 0 &&
		  !ferror(pcap_dump_file(c->dumper));
	int error = errno;
	if (ok && c->temporary) {
		pcap_dump_close(c->dumper);
		c->dumper = NULL;
		ok = rename(c->temporary, c->path) == 0;
		error = errno;
	}
	if (!ok) {
		diag_error(d, diag_nowhere(), "cannot write %s: %s", c->path,
			   strerror(error));
		if (c->temporary)
			unlink(c->temporary);
	}
	fini(c);
	return ok;
}

void capture_discard(struct capture *c)
{
	if (!c)
		return;
	if (c->temporary)
		unlink(c->temporary);
	fini(c);
}
