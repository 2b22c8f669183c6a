/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire/eth.h"

#include <string.h>

#include "sim/wire/be.h"

mac eth_dst(const uint8_t *frame)
{
	mac m;
	memcpy(m.b, frame, 6);
	return m;
}

mac eth_src(const uint8_t *frame)
{
	mac m;
	memcpy(m.b, frame + 6, 6);
	return m;
}

uint16_t eth_type(const uint8_t *frame)
{
	return be_load16(frame + 12);
}

void eth_readdress(uint8_t *frame, mac dst, mac src)
{
	memcpy(frame, dst.b, 6);
	memcpy(frame + 6, src.b, 6);
}

void eth_write(uint8_t *frame, mac dst, mac src, uint16_t type)
{
	eth_readdress(frame, dst, src);
	be_store16(frame + 12, type);
}
