/* SPDX-License-Identifier: Apache-2.0 */
/* One table that says what a file may hold. It drives the loader, the "did you
 * mean", and the JSON Schema (draft-07) for editors.
 *
 * A schema_object lists the fields of a map and where in a C struct each one
 * goes; schema_read() fills the struct, reports every mistake with its place,
 * and goes on after each. Lists and texts it makes live in the caller's arena;
 * what is not in the file keeps the value that 'defaults' gave it. */
#ifndef SCHEMA_H
#define SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/base/str.h"
#include "topology/lang/tree.h"

/* The key of a record in its map: the first member of each such record. */
struct schema_id {
	const char *name;
	struct diag_place at;
	const char *path; /* "tier0s.t0-edge.nat_rules.tkg" */
};

/* A name that stands for another record. */
struct schema_ref {
	const char *name; /* NULL: not given */
	struct diag_place at;
	size_t index; /* for whoever resolves it */
};

/* A list of any type: SCHEMA_LIST(struct model_route) routes; */
#define SCHEMA_LIST(type)                                                      \
	struct {                                                               \
		type *at;                                                      \
		size_t count;                                                  \
	}

enum schema_kind {
	SCHEMA_TEXT,	 /* const char * */
	SCHEMA_BOOL,	 /* bool */
	SCHEMA_UINT,	 /* unsigned of 'size' bytes, within min..max */
	SCHEMA_IP,	 /* ip4 */
	SCHEMA_PREFIX,	 /* struct addr_prefix */
	SCHEMA_IF,	 /* struct addr_if */
	SCHEMA_PORTS,	 /* struct addr_ports */
	SCHEMA_DURATION, /* uint64_t ns: "10s", "1.5 s", "20ms", "2m" */
	SCHEMA_ENUM,	 /* int-sized enum: the place in 'names' */
	SCHEMA_FLAGS,	 /* unsigned: a list of 'names', bit i each */
	SCHEMA_NAME,	 /* struct schema_ref */
	SCHEMA_OBJECT,	 /* the struct of 'object', in place */
	SCHEMA_LIST_OF,	 /* SCHEMA_LIST of 'item'; one value alone is a list of
			  * one */
	SCHEMA_MAP_OF,	 /* SCHEMA_LIST of 'object', keyed by id */
	SCHEMA_TREE,	 /* const struct tree_node *: a map, kept as it is */
	SCHEMA_CUSTOM,	 /* 'read' decides; 'form' describes it */
};

struct schema_object;
struct schema_reader;

typedef void schema_custom_fn(struct schema_reader *r,
			      const struct tree_node *node, void *record);

struct schema_field {
	const char *name, *doc;
	enum schema_kind kind;
	size_t offset;	/* of the value in the record */
	size_t place;	/* of a struct diag_place for it; 0: none */
	size_t present; /* of a bool that becomes true; 0: none */
	bool required;
	uint64_t min, max;	  /* UINT */
	uint8_t size;		  /* UINT: bytes */
	const char *const *names; /* ENUM, FLAGS; ends with NULL */
	const struct schema_object *object;
	const struct schema_field *item;
	schema_custom_fn *read;
	const char *form; /* CUSTOM, TREE: a JSON Schema, as text */
};

struct schema_object {
	const char *name, *doc;
	size_t size;			   /* of the C struct */
	const struct schema_field *fields; /* ends with name NULL */
	void (*defaults)(void *record);	   /* may be NULL */
	/* What a scalar in place of the map means; NULL: not allowed. 'form'
	 * describes it. */
	schema_custom_fn *from_scalar;
	const char *scalar_form;
	/* After the fields; may be NULL. */
	schema_custom_fn *finish;
};

struct schema_reader {
	struct arena *arena;
	struct diag *diag;
	const char *path; /* of the record being read */
};

/* Fills 'record' (zeroed by the caller) from 'map'. 'path' is that of the map,
 * "" for a file's root. */
void schema_read(struct schema_reader *r, const struct schema_object *o,
		 const struct tree_node *map, void *record);

/* For custom readers. Each reports and returns false if it is not one. */
bool schema_text(struct schema_reader *r, const struct tree_node *n,
		 const char **out);
bool schema_prefix(struct schema_reader *r, const struct tree_node *n,
		   struct addr_prefix *out);
bool schema_uint(struct schema_reader *r, const struct tree_node *n,
		 uint64_t max, uint64_t *out);
bool schema_duration(struct schema_reader *r, const struct tree_node *n,
		     uint64_t *out);
bool schema_bool(struct schema_reader *r, const struct tree_node *n, bool *out);
/* "'seen' is not <what>", with the help. */
void schema_wrong(struct schema_reader *r, const struct tree_node *n,
		  const char *what, const char *help);
/* Helps who wrote 'seen': the nearest of the known words; all of them, if none is
 * near and they are few. */
void schema_suggest(struct diag *d, const char *seen, const char *const *known,
		    size_t count);
/* "there is no <what> called 'seen'", with schema_suggest(). */
void schema_unknown(struct diag *d, struct diag_place at, const char *what,
		    const char *seen, const char *const *known, size_t count);

/* The JSON Schema of files whose root is 'o'. */
void schema_print(const struct schema_object *o, const char *title,
		  struct str *out);

#endif
