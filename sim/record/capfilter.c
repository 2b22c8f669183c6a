/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/capfilter.h"

#include <pcap/pcap.h>

#include "sim/base/mem.h"

#define SNAPLEN 65535

struct capfilter {
	struct bpf_program program;
};

struct capfilter *capfilter_new(const char *expression, struct diag *d)
{
	struct capfilter *f = MEM_NEW(struct capfilter);
	pcap_t *p = pcap_open_dead(DLT_EN10MB, SNAPLEN);
	int status = pcap_compile(p, &f->program, expression, 1,
				  PCAP_NETMASK_UNKNOWN);
	if (status != 0) {
		diag_error(d, diag_nowhere(),
			   "'%s' is not a capture filter: %s", expression,
			   pcap_geterr(p));
		diag_help(d, "write it as for tcpdump, for example 'host "
			     "10.27.51.252 and udp port 53'");
		mem_free(f);
		f = NULL;
	}
	pcap_close(p);
	return f;
}

bool capfilter_fits(const struct capfilter *f, const uint8_t *frame, size_t len)
{
	struct pcap_pkthdr head = {.caplen = (bpf_u_int32)len,
				   .len = (bpf_u_int32)len};
	return pcap_offline_filter(&f->program, &head, frame) != 0;
}

void capfilter_free(struct capfilter *f)
{
	if (!f)
		return;
	pcap_freecode(&f->program);
	mem_free(f);
}
