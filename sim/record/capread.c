/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/capread.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <string.h>

#include "sim/base/mem.h"
#include "sim/wire/eth.h"
#include "sim/wire/rd.h"

#define SECOND	      1000000000U
#define SECONDS_MAX   (INT64_MAX / SECOND) /* differences fit the clock */
#define TYPE_IP6      0x86dd
#define TYPE_VLAN     0x8100
#define TYPE_QINQ     0x88a8
#define VLAN_TAGS     2
#define FAMILY_INET   2 /* AF_INET, the same everywhere */
#define SLL_ADDRESSES 14
#define SLL2_REST     18 /* after the protocol */

struct capread {
	char *name;
	pcap_t *pcap;
	size_t count;
	/* Reads the link header; leaves what it holds in '*type'. */
	void (*link)(struct rd *r, uint16_t *type);
};

static void link_ethernet(struct rd *r, uint16_t *type)
{
	rd_bytes(r, 12);
	*type = rd_u16(r);
	for (int i = 0;
	     i < VLAN_TAGS && (*type == TYPE_VLAN || *type == TYPE_QINQ); i++) {
		rd_u16(r);
		*type = rd_u16(r);
	}
}

static void link_raw(struct rd *r, uint16_t *type)
{
	uint8_t version = rd_left(r) ? *r->at >> 4 : 0;
	*type = version == 4 ? ETH_TYPE_IP4 : version == 6 ? TYPE_IP6 : 0;
}

static void link_sll(struct rd *r, uint16_t *type)
{
	rd_bytes(r, SLL_ADDRESSES);
	*type = rd_u16(r);
}

static void link_sll2(struct rd *r, uint16_t *type)
{
	*type = rd_u16(r);
	rd_bytes(r, SLL2_REST);
}

/* The family is in the byte order of the machine that captured (DLT_NULL), or
 * of the network (DLT_LOOP). */
static void link_null(struct rd *r, uint16_t *type)
{
	uint32_t family = rd_u32(r);
	*type = family == FAMILY_INET || family == FAMILY_INET << 24
			? ETH_TYPE_IP4
			: TYPE_IP6;
}

static bool choose_link(struct capread *r, struct diag *d)
{
	int type = pcap_datalink(r->pcap);
	switch (type) {
	case DLT_EN10MB:
		r->link = link_ethernet;
		return true;
	case DLT_RAW:
	case DLT_IPV4:
		r->link = link_raw;
		return true;
	case DLT_LINUX_SLL:
		r->link = link_sll;
		return true;
	case DLT_LINUX_SLL2:
		r->link = link_sll2;
		return true;
	case DLT_NULL:
	case DLT_LOOP:
		r->link = link_null;
		return true;
	default:
		break;
	}
	const char *name = pcap_datalink_val_to_name(type);
	diag_error(d, diag_nowhere(),
		   "%s was captured on a link of type %d%s%s, which is not "
		   "known here",
		   r->name, type, name ? ", " : "", name ? name : "");
	diag_help(d, "known: EN10MB (Ethernet), LINUX_SLL, LINUX_SLL2, RAW, "
		     "IPV4, NULL, LOOP");
	return false;
}

static struct capread *refuse(struct capread *r, const char *why,
			      struct diag *d)
{
	if (why) {
		diag_error(d, diag_nowhere(), "cannot read %s: %s", r->name,
			   why);
		diag_help(d, "it must be a pcap or pcapng capture file");
	}
	capread_close(r);
	return NULL;
}

struct capread *capread_open_stream(FILE *f, const char *name, struct diag *d)
{
	char why[PCAP_ERRBUF_SIZE];
	struct capread *r = MEM_NEW(struct capread);
	r->name = mem_text(name);
	r->pcap = pcap_fopen_offline_with_tstamp_precision(
		f, PCAP_TSTAMP_PRECISION_NANO, why);
	if (!r->pcap) {
		fclose(f);
		return refuse(r, why, d);
	}
	return choose_link(r, d) ? r : refuse(r, NULL, d);
}

struct capread *capread_open(const char *path, struct diag *d)
{
	bool from_stdin = !strcmp(path, "-");
	FILE *f = from_stdin ? stdin : fopen(path, "rb");
	if (f)
		return capread_open_stream(f, from_stdin ? "stdin" : path, d);
	diag_error(d, diag_nowhere(), "cannot read %s: %s", path,
		   strerror(errno));
	return NULL;
}

static const char *what_is(uint16_t type)
{
	switch (type) {
	case ETH_TYPE_ARP:
		return "ARP";
	case TYPE_IP6:
		return "IPv6";
	default:
		return "no IP packet";
	}
}

/* tcpdump: "Invalid header: len < caplen". */
static bool is_larger_than_it_was(const struct capread *r,
				  const struct pcap_pkthdr *head,
				  struct diag *d)
{
	if (head->caplen <= head->len)
		return false;
	diag_error(d, diag_nowhere(),
		   "%s: packet %zu has %u bytes in the file, but had only %u "
		   "when it was captured",
		   r->name, r->count, head->caplen, head->len);
	diag_help(d, "the file is damaged");
	return true;
}

static bool is_cut(const struct capread *r, const struct pcap_pkthdr *head,
		   struct diag *d)
{
	if (head->caplen >= head->len)
		return false;
	diag_error(d, diag_nowhere(),
		   "%s: packet %zu was cut to %u of its %u bytes when it was "
		   "captured",
		   r->name, r->count, head->caplen, head->len);
	diag_help(d, "capture whole packets: tcpdump -s 0");
	return true;
}

static bool is_late(const struct capread *r, const struct pcap_pkthdr *head,
		    struct diag *d)
{
	if (head->ts.tv_sec >= 0 && head->ts.tv_sec <= SECONDS_MAX &&
	    head->ts.tv_usec >= 0 && head->ts.tv_usec < (suseconds_t)SECOND)
		return false;
	diag_error(d, diag_nowhere(), "%s: packet %zu has an impossible time",
		   r->name, r->count);
	diag_help(d, "the file is damaged");
	return true;
}

static void take(struct capread *r, const struct pcap_pkthdr *head,
		 const uint8_t *bytes, struct capread_packet *out)
{
	uint16_t type = 0;
	struct rd rd = rd_of(bytes, head->caplen);
	r->link(&rd, &type);
	*out = (struct capread_packet){.number = r->count,
				       .time = (uint64_t)head->ts.tv_sec *
						       SECOND +
					       (uint64_t)head->ts.tv_usec};
	if (!rd_ok(&rd) || type != ETH_TYPE_IP4) {
		out->what = rd_ok(&rd) ? what_is(type) : "no whole frame";
		return;
	}
	out->ip = rd.at;
	out->len = rd_left(&rd);
}

enum capread_status capread_next(struct capread *r, struct capread_packet *out,
				 struct diag *d)
{
	struct pcap_pkthdr *head;
	const uint8_t *bytes;
	int status = pcap_next_ex(r->pcap, &head, &bytes);
	if (status == PCAP_ERROR_BREAK)
		return CAPREAD_END;
	r->count++;
	if (status != 1) {
		diag_error(d, diag_nowhere(), "%s: packet %zu: %s", r->name,
			   r->count, pcap_geterr(r->pcap));
		diag_help(d, "the file is damaged, or its end is missing");
		return CAPREAD_ERROR;
	}
	if (is_late(r, head, d) || is_larger_than_it_was(r, head, d) ||
	    is_cut(r, head, d))
		return CAPREAD_ERROR;
	take(r, head, bytes, out);
	return CAPREAD_PACKET;
}

void capread_close(struct capread *r)
{
	if (!r)
		return;
	if (r->pcap)
		pcap_close(r->pcap);
	mem_free(r->name);
	mem_free(r);
}
