/* SPDX-License-Identifier: Apache-2.0 */
/* Files go where Wireshark looks for those of a user: $WIRESHARK_CONFIG_DIR,
 * $WIRESHARK_EXTCAP_DIR, or the places of the XDG base directories. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/mem.h"
#include "sim/base/str.h"
#include "tools/report/outfile.h"
#include "tools/tierpath/cmd.h"
#include "tools/tierpath/wsfiles.h"

#define PATH_ROOM 4096 /* Linux: PATH_MAX */

struct installer {
	const struct option_values *values;
	struct diag *diag;
	struct str said;
};

static const char *variable(const char *name)
{
	const char *text = getenv(name);
	return text && *text ? text : NULL;
}

/* "$HOME/.config/wireshark" and the like. */
static bool add_home(struct installer *in, const char *below, struct str *path)
{
	const char *home = variable("HOME");
	if (!home)
		diag_error(in->diag, diag_nowhere(),
			   "HOME is not set: where do your files belong?");
	else
		str_addf(path, "%s/%s", home, below);
	return home != NULL;
}

static bool config_dir(struct installer *in, struct str *path)
{
	const char *own = variable("WIRESHARK_CONFIG_DIR");
	const char *xdg = variable("XDG_CONFIG_HOME");
	if (own)
		str_add(path, own);
	else if (xdg)
		str_addf(path, "%s/wireshark", xdg);
	else
		return add_home(in, ".config/wireshark", path);
	return true;
}

static bool plugin_dir(struct installer *in, struct str *path)
{
	return add_home(in, ".local/lib/wireshark/plugins", path);
}

/* The folders of a user's capture interfaces: 4.2 and newer look into the first,
 * before that into the second; $WIRESHARK_EXTCAP_DIR stands for both. */
static bool extcap_dir(struct installer *in, bool older, struct str *path)
{
	const char *own = variable("WIRESHARK_EXTCAP_DIR");
	if (own)
		str_add(path, own);
	else if (!older)
		return add_home(in, ".local/lib/wireshark/extcap", path);
	else if (config_dir(in, path))
		str_add(path, "/extcap");
	return path->len != 0;
}

/* The folder of 'path' and those above it. */
static void make_folders(char *path)
{
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		mkdir(path, 0777); /* writing says what is wrong */
		*p = '/';
	}
}

static bool write_file(struct installer *in, struct str *path, const char *text,
		       bool program)
{
	make_folders(path->text);
	if (!outfile_write(str_text(path), text, strlen(text), in->diag))
		return false;
	if (program)
		chmod(str_text(path), 0755);
	str_addf(&in->said, "wrote %s\n", str_text(path));
	return true;
}

static bool install_profile(struct installer *in)
{
	bool ok = true;
	for (const struct wsfiles_file *f = wsfiles_all; ok && f->name; f++) {
		struct str path = {0};
		ok = f->plugin ? plugin_dir(in, &path) : config_dir(in, &path);
		str_addf(&path, "%s/%s", f->plugin ? "" : "/profiles/tierpath",
			 f->name);
		ok = ok && write_file(in, &path, f->text, false);
		str_fini(&path);
	}
	str_add(&in->said, "open captures with: wireshark -C tierpath FILE\n");
	return ok;
}

/* A word for the shell. */
static void add_quoted(const char *text, struct str *out)
{
	str_addc(out, '\'');
	for (; *text; text++)
		str_add(out, *text == '\'' ? "'\\''" : (char[]){*text, 0});
	str_addc(out, '\'');
}

static bool own_path(struct installer *in, char out[PATH_ROOM])
{
	ssize_t len = readlink("/proc/self/exe", out, PATH_ROOM - 1);
	if (len < 0) {
		diag_error(in->diag, diag_nowhere(),
			   "cannot tell where this program is: %s",
			   strerror(errno));
		return false;
	}
	out[len] = '\0';
	return true;
}

static bool add_folder(struct installer *in, const char *word, struct str *out)
{
	char path[PATH_ROOM];
	if (!realpath(word, path)) {
		diag_error(in->diag, diag_nowhere(), "cannot read %s: %s", word,
			   strerror(errno));
		return false;
	}
	str_addc(out, ' ');
	add_quoted(path, out);
	return true;
}

/* The scenarios named; else those of this folder, or those installed. */
static bool add_folders(struct installer *in, const char *exe, struct str *out)
{
	const struct option_values *v = in->values;
	struct str installed = {0};
	bool ok = true;
	for (size_t i = 0; i < v->word_count; i++)
		ok &= add_folder(in, v->words[i], out);
	const char *slash = strrchr(exe, '/');
	str_add_len(&installed, exe, slash ? (size_t)(slash - exe) : 0);
	str_add(&installed, "/../share/tierpath/scenarios");
	if (!v->word_count)
		ok = add_folder(in,
				access("scenarios", R_OK) == 0
					? "scenarios"
					: str_text(&installed),
				out);
	str_fini(&installed);
	return ok;
}

static bool write_extcap(struct installer *in, const char *script, bool older)
{
	struct str path = {0};
	bool ok = extcap_dir(in, older, &path);
	str_add(&path, "/tierpath");
	ok = ok && write_file(in, &path, script, true);
	str_fini(&path);
	return ok;
}

static bool install_extcap(struct installer *in)
{
	char exe[PATH_ROOM];
	struct str script = {0};
	bool ok = own_path(in, exe);
	str_add(&script, "#!/bin/sh\n# made by: tierpath wireshark "
			 "--install-extcap\nexec ");
	if (ok)
		add_quoted(exe, &script);
	str_add(&script, " extcap");
	ok = ok && add_folders(in, exe, &script);
	str_add(&script, " \"$@\"\n");
	ok = ok && write_extcap(in, str_text(&script), false) &&
	     (variable("WIRESHARK_EXTCAP_DIR") ||
	      write_extcap(in, str_text(&script), true));
	if (ok)
		str_add(&in->said,
			"capture from the interface \"tierpath\" "
			"(Wireshark has none of its own for root)\n");
	str_fini(&script);
	return ok;
}

int cmd_wireshark(const struct option_values *v)
{
	struct diag d;
	diag_init(&d);
	struct installer in = {.values = v, .diag = &d};
	if (!v->install_profile && !v->install_extcap) {
		diag_error(&d, diag_nowhere(), "what shall be installed?");
		diag_help(&d, "--install-profile, --install-extcap, or both");
	}
	bool ok = !d.error_count &&
		  (!v->install_profile || install_profile(&in)) &&
		  (!v->install_extcap || install_extcap(&in));
	if (ok && !v->quiet)
		ok = cmd_print(str_text(&in.said), in.said.len);
	cmd_report(v, &d);
	str_fini(&in.said);
	diag_fini(&d);
	return ok ? OPTION_EXIT_OK : OPTION_EXIT_INPUT;
}
