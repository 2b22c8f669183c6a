/* SPDX-License-Identifier: Apache-2.0 */
/* Wireshark's extcap protocol (extcap(4)): it calls the program with
 * --extcap-interfaces, then with --extcap-dlts and --extcap-config for the
 * interface, and to capture with --capture --fifo and what the user chose. */
#include <stdio.h>
#include <string.h>

#include "sim/base/mem.h"
#include "sim/base/str.h"
#include "tools/tierpath/cmd.h"

#define INTERFACE     "tierpath"
#define SPEED_DEFAULT "10"

/* Sentences of the protocol end at a brace. */
static void add_value(const char *text, struct str *out)
{
	for (; *text; text++)
		str_addc(out, *text == '{' || *text == '}' ? ' ' : *text);
}

static void list_interfaces(struct str *out)
{
	str_add(out, "extcap {version=" TIERPATH_VERSION "}{display=tierpath}\n"
		     "interface {value=" INTERFACE
		     "}{display=tierpath: a simulated network}\n");
}

static void list_dlts(struct str *out)
{
	str_add(out, "dlt {number=1}{name=EN10MB}{display=Ethernet}\n");
}

/* "article/b-podvm-timeout": the last folder and the file, without ".yaml". */
static void add_name(const char *path, struct str *out)
{
	const char *start = path;
	unsigned slashes = 0;
	for (const char *p = path + strlen(path); p > path && slashes < 2; p--)
		if (p[-1] == '/' && ++slashes == 2)
			start = p;
	size_t len = strlen(start);
	if (len > 5 && !strcmp(start + len - 5, ".yaml"))
		len -= 5;
	str_add_len(out, start, len);
}

/* Its title, or nothing if it cannot be read: playing it says why. */
static void add_title(const char *path, struct str *out)
{
	struct diag d;
	diag_init(&d);
	struct script *s = script_load(path, &d);
	if (s) {
		str_add(out, ": ");
		add_value(s->title, out);
	}
	script_free(s);
	diag_fini(&d);
}

static void list_config(const struct cmd_paths *paths, struct str *out)
{
	str_add(out,
		"arg {number=0}{call=--scenario}{display=Scenario}"
		"{type=selector}{tooltip=What is played}\n"
		"arg {number=1}{call=--speed}{display=Speed}{type=double}"
		"{default=" SPEED_DEFAULT "}{range=0,1000000}"
		"{tooltip=Times real time; 0: as fast as possible}\n"
		"arg {number=2}{call=--points}{display=Capture points}"
		"{type=selector}{tooltip=Where packets are captured}\n"
		"arg {number=3}{call=--notes}{display=Remarks}{type=selector}"
		"{tooltip=Which packets carry a remark}\n");
	for (size_t i = 0; i < paths->count; i++) {
		str_add(out, "value {arg=0}{value=");
		add_name(paths->at[i], out);
		str_add(out, "}{display=");
		add_name(paths->at[i], out);
		add_title(paths->at[i], out);
		str_addf(out, "}{default=%s}\n", i ? "false" : "true");
	}
	str_add(out,
		"value {arg=2}{value=story}{display=Each packet once}"
		"{default=true}\n"
		"value {arg=2}{value=all}{display=Every port}{default=false}\n"
		"value {arg=3}{value=events}{display=Where something happened}"
		"{default=true}\n"
		"value {arg=3}{value=all}{display=All}{default=false}\n"
		"value {arg=3}{value=none}{display=None}{default=false}\n");
}

static const char *find_scenario(const struct option_values *v,
				 const struct cmd_paths *paths, struct diag *d)
{
	const char *found = !v->scenario && paths->count ? paths->at[0] : NULL;
	struct cmd_paths names = {0};
	for (size_t i = 0; i < paths->count; i++) {
		struct str name = {0};
		add_name(paths->at[i], &name);
		if (v->scenario && (!strcmp(v->scenario, str_text(&name)) ||
				    !strcmp(v->scenario, paths->at[i])))
			found = paths->at[i];
		VEC_ADD(&names, str_take(&name));
	}
	if (!found && v->scenario) {
		const char *const *words =
			(const char *const *)(void *)names.at;
		const char *near = str_nearest(v->scenario, words, names.count);
		diag_error(d, diag_nowhere(), "there is no scenario '%s'",
			   v->scenario);
		if (near)
			diag_help(d, "did you mean '%s'?", near);
	} else if (!found) {
		diag_error(d, diag_nowhere(), "there is no scenario to play");
		diag_help(d, "name files or folders: tierpath extcap scenarios "
			     "--capture ...");
	}
	cmd_free_paths(&names);
	return found;
}

static bool play(const struct option_values *v, const char *path,
		 struct diag *d)
{
	struct option_values capture = *v;
	capture.write = v->fifo;
	capture.write_pcapng = true;
	capture.capture = v->points;
	struct script *s = script_load(path, d);
	struct play_options options = {.has_seed = v->has_seed,
				       .seed = v->seed};
	struct cmd_capture *c =
		s ? cmd_capture_new(&capture, s->title, d) : NULL;
	cmd_capture_hook(c, &options);
	struct outcome *o =
		c && !d->error_count ? play_script(s, &options, d) : NULL;
	bool ok = cmd_capture_end(c, true, d) && o;
	outcome_free(o);
	script_free(s);
	return ok;
}

static bool capture(const struct option_values *v,
		    const struct cmd_paths *paths, struct diag *d)
{
	if (!v->fifo) {
		diag_error(d, diag_nowhere(), "--capture needs --fifo FILE");
		return false;
	}
	const char *path = find_scenario(v, paths, d);
	return path && play(v, path, d);
}

static bool answer(const struct option_values *v, const struct cmd_paths *paths,
		   struct str *out, struct diag *d)
{
	if (v->extcap_interface && strcmp(v->extcap_interface, INTERFACE)) {
		diag_error(d, diag_nowhere(), "there is no interface '%s'",
			   v->extcap_interface);
		diag_help(d, "there is one: " INTERFACE);
		return false;
	}
	if (v->extcap_capture)
		return capture(v, paths, d);
	if (v->extcap_interfaces)
		list_interfaces(out);
	else if (v->extcap_dlts)
		list_dlts(out);
	else if (v->extcap_config)
		list_config(paths, out);
	else
		diag_error(d, diag_nowhere(),
			   "extcap is for Wireshark to call; 'tierpath "
			   "wireshark --install-extcap' tells it where");
	return d->error_count == 0;
}

int cmd_extcap(const struct option_values *v)
{
	struct cmd_paths paths = {0};
	struct str out = {0};
	struct diag d;
	diag_init(&d);
	bool ok = cmd_find(v->words, v->word_count, &paths, &d) &&
		  answer(v, &paths, &out, &d);
	if (out.len)
		ok &= cmd_print(str_text(&out), out.len);
	cmd_report(v, &d);
	str_fini(&out);
	cmd_free_paths(&paths);
	diag_fini(&d);
	return ok ? OPTION_EXIT_OK : OPTION_EXIT_INPUT;
}
