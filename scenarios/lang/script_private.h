/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario file as the schema tables read it, before it is put in order. */
#ifndef SCRIPT_PRIVATE_H
#define SCRIPT_PRIVATE_H

#include "scenarios/lang/script.h"
#include "topology/lang/schema.h"

/* One entry of "steps": a verb's map is read into 'step'. */
struct script_entry {
	struct script_step step;
	bool has[SCRIPT_VERB_COUNT];
};

/* One entry of "expect". */
struct script_group {
	struct diag_place at; /* of the entry */
	uint64_t step;
	bool has_step;
	struct diag_place step_at;
	SCHEMA_LIST(struct script_expect) claims[SCRIPT_CLAIM_COUNT];
	SCHEMA_LIST(struct script_row) rows;
	bool has_rows;
	struct diag_place rows_at;
};

struct script_file {
	const char *title, *description, *topology;
	struct diag_place topology_at;
	const struct tree_node *change;
	uint64_t seed;
	unsigned needs;
	SCHEMA_LIST(struct script_entry) steps;
	SCHEMA_LIST(struct script_group) expects;
};

extern const struct schema_object script_root;
extern const struct schema_field script_group_item;

#define SCRIPT_AT(type, member) .offset = offsetof(type, member)
#define SCRIPT_FIELDS_END                                                      \
	{                                                                      \
		.name = NULL                                                   \
	}

#endif
