/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire/udp.h"

#include "sim/wire/be.h"
#include "sim/wire/csum.h"
#include "sim/wire/ip4.h"

bool udp_read(const uint8_t *bytes, size_t len, ip4 src, ip4 dst,
	      struct udp *out)
{
	if (len < UDP_SIZE)
		return false;
	*out = (struct udp){
		.sport = be_load16(bytes),
		.dport = be_load16(bytes + 2),
		.size = be_load16(bytes + 4),
		.check = be_load16(bytes + 6),
	};
	if (out->size < UDP_SIZE || out->size > len)
		return false;
	if (!out->check)
		return true;
	uint64_t sum = csum_pseudo(src, dst, IP4_PROTO_UDP, out->size);
	return csum_finish(csum_add(sum, bytes, out->size)) == 0;
}
