/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire/eth.h"

void eth_write(uint8_t *frame, mac dst, mac src, uint16_t type)
{
	eth_readdress(frame, dst, src);
	be_store16(frame + 12, type);
}
