/* SPDX-License-Identifier: Apache-2.0 */
/* NAT as one would explain it at a whiteboard: a list of rules, a list of
 * connections, linear searches, and no bytes. The oracle for sim/path. */
#ifndef NAT_MODEL_H
#define NAT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/table/nat.h"

#define NAT_MODEL_MAX 4096

/* A packet as far as NAT is concerned. */
struct nat_model_pkt {
	uint32_t src, dst;
	uint16_t sport, dport; /* ICMP: the echo id in both */
	uint8_t proto;
	bool opens; /* SYN, datagram, echo request */
};

enum nat_model_kind { NAT_MODEL_SNAT, NAT_MODEL_DNAT, NAT_MODEL_PASS };

struct nat_model_conn {
	enum nat_model_kind kind;
	struct nat_model_pkt first, became;
};

struct nat_model {
	const struct nat_rule *rules; /* in the order they were written */
	size_t rule_count;
	struct nat_model_conn conns[NAT_MODEL_MAX];
	size_t conn_count;
	bool answer, acted; /* about the packet at hand */
};

/* Whether both have the same ends. */
bool nat_model_same(struct nat_model_pkt a, struct nat_model_pkt b);
/* Whether '*p' passes; it becomes what leaves. It comes in by an uplink or
 * from inside, where 10.0.0.0/8 is; what SNAT chose of its own will (address
 * and port) is taken from 'seen', the packet that really left, if it is a
 * choice that SNAT may make. */
bool nat_model_run(struct nat_model *m, struct nat_model_pkt *p,
		   bool from_uplink, const struct nat_model_pkt *seen);

#endif
