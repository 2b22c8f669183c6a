/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios are played by -j processes. Each takes the next one that nobody has
 * taken, for one may last as long as all others, and sends its result through a
 * pipe of its own. They are printed in order. */
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/mem.h"
#include "sim/host/tls.h"
#include "tools/report/outfile.h"
#include "tools/report/tap.h"
#include "tools/tierpath/cmd.h"

/* One scenario's result, with its own texts. */
struct judged {
	bool limited; /* a limit ended it */
	struct tap_result tap;
	struct str title, trouble; /* trouble: or why it was left out */
	bool there;		   /* its process came so far */
};

static void add_failures(const struct outcome *o, struct str *out)
{
	struct color none = color_set(false);
	for (size_t i = 0; i < o->expect_count; i++) {
		const struct outcome_expect *e = &o->expects[i];
		if (e->met)
			continue;
		str_addf(out, "%s:%u: step %zu: %s\n", o->path, e->line,
			 e->step, e->claim);
		if (e->found)
			str_addf(out, "  instead: %s\n", e->found);
		if (e->packet)
			outtext_packet(o, e->packet, "  ", &none, out);
	}
	if (!o->expect_count)
		str_add(out, "it expects nothing, so it proves nothing\n");
	if (o->limit)
		str_addf(out, "the run was ended after %s\n", o->limit);
}

/* What this build cannot do proves nothing either way. */
static bool leave_out(const struct script *s, struct judged *j)
{
	if (!s || !(s->needs & SCRIPT_NEED_TLS) || tls_is_built())
		return false;
	str_add(&j->title, s->title);
	str_add(&j->trouble, "built without TLS");
	j->tap.passed = j->tap.skipped = true;
	return true;
}

static void judge(const struct option_values *v, const char *path,
		  struct judged *j)
{
	struct diag d;
	diag_init(&d);
	struct play_options options = cmd_play_options(v);
	struct script *s = script_load(path, &d);
	bool out = leave_out(s, j);
	struct outcome *o = s && !out ? play_script(s, &options, &d) : NULL;
	j->tap.broken = !o && !out;
	if (o) {
		str_add(&j->title, o->title);
		j->tap.seconds = (double)o->ended / 1e9;
		j->tap.expectations = o->expect_count;
		j->tap.passed = o->expect_count &&
				o->met_count == o->expect_count && !o->limit;
		j->limited = o->limit != NULL;
		if (!j->tap.passed)
			add_failures(o, &j->trouble);
	} else if (!out) {
		diag_print(&d, false, &j->trouble);
	}
	outcome_free(o);
	script_free(s);
	diag_fini(&d);
}

/* What goes through the pipe: fixed part, then title and trouble. */
struct message {
	size_t number, title_len, trouble_len;
	bool passed, broken, skipped, limited;
	size_t expectations;
	double seconds;
};

static void send_one(FILE *to, size_t number, const struct judged *j)
{
	struct message m = {number,	   j->title.len,	j->trouble.len,
			    j->tap.passed, j->tap.broken,	j->tap.skipped,
			    j->limited,	   j->tap.expectations, j->tap.seconds};
	fwrite(&m, sizeof(m), 1, to);
	fwrite(str_text(&j->title), 1, j->title.len, to);
	fwrite(str_text(&j->trouble), 1, j->trouble.len, to);
	fflush(to);
}

static bool read_text(FILE *from, size_t len, struct str *out)
{
	char *text = mem_new(len + 1, 1);
	bool ok = fread(text, 1, len, from) == len;
	if (ok)
		str_add_len(out, text, len);
	mem_free(text);
	return ok;
}

/* False at the end. */
static bool receive_one(FILE *from, struct judged *all, size_t count)
{
	struct message m;
	if (fread(&m, sizeof(m), 1, from) != 1 || m.number >= count)
		return false;
	struct judged *j = &all[m.number];
	j->tap.passed = m.passed;
	j->tap.broken = m.broken;
	j->tap.skipped = m.skipped;
	j->limited = m.limited;
	j->tap.expectations = m.expectations;
	j->tap.seconds = m.seconds;
	j->there = read_text(from, m.title_len, &j->title) &&
		   read_text(from, m.trouble_len, &j->trouble);
	return j->there;
}

struct worker {
	pid_t pid;
	FILE *from; /* NULL: none, or at its end */
};

/* What the workers have in common: the number of the next scenario. */
static atomic_size_t *new_queue(void)
{
	void *p = mmap(NULL, sizeof(atomic_size_t), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		mem_limit("out of memory");
	return p;
}

static void work(const struct option_values *v, const struct cmd_paths *paths,
		 atomic_size_t *next, FILE *to)
{
	size_t i;
	while ((i = atomic_fetch_add(next, 1)) < paths->count) {
		struct judged j = {.there = true};
		judge(v, paths->at[i], &j);
		send_one(to, i, &j);
		str_fini(&j.title);
		str_fini(&j.trouble);
	}
}

static struct worker start_worker(const struct option_values *v,
				  const struct cmd_paths *paths,
				  atomic_size_t *next)
{
	int ends[2];
	fflush(stdout);
	if (pipe(ends) != 0)
		return (struct worker){-1, NULL};
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[0]);
		FILE *to = fdopen(ends[1], "wb");
		work(v, paths, next, to);
		fclose(to);
		_exit(0);
	}
	close(ends[1]);
	FILE *from = fdopen(ends[0], "rb");
	if (!from)
		mem_limit("out of memory");
	/* What is read is what is asked for: poll() must know of the rest. */
	setvbuf(from, NULL, _IONBF, 0);
	return (struct worker){pid, from};
}

static void end_worker(struct worker *w)
{
	if (w->from)
		fclose(w->from);
	if (w->pid > 0)
		waitpid(w->pid, NULL, 0);
	*w = (struct worker){-1, NULL};
}

/* Until all have ended. A result is read when it comes, so that nobody waits
 * for room in a pipe. */
static void receive_all(struct worker *workers, size_t jobs, struct judged *all,
			size_t count)
{
	struct pollfd *polled = mem_new(jobs, sizeof(*polled));
	size_t open = 0;
	for (size_t i = 0; i < jobs; i++) {
		FILE *from = workers[i].from;
		polled[i] =
			(struct pollfd){from ? fileno(from) : -1, POLLIN, 0};
		open += from != NULL;
	}
	while (open) {
		if (poll(polled, jobs, -1) < 0)
			continue; /* a signal */
		for (size_t i = 0; i < jobs; i++) {
			if (!polled[i].revents ||
			    receive_one(workers[i].from, all, count))
				continue;
			end_worker(&workers[i]);
			polled[i] = (struct pollfd){-1, 0, 0};
			open--;
		}
	}
	mem_free(polled);
}

static void judge_here(const struct option_values *v,
		       const struct cmd_paths *paths, struct judged *all)
{
	for (size_t i = 0; i < paths->count; i++) {
		judge(v, paths->at[i], &all[i]);
		all[i].there = true;
	}
}

static void judge_apart(const struct option_values *v,
			const struct cmd_paths *paths, size_t jobs,
			struct judged *all)
{
	struct worker *workers = mem_new(jobs, sizeof(*workers));
	atomic_size_t *next = new_queue();
	for (size_t i = 0; i < jobs; i++)
		workers[i] = start_worker(v, paths, next);
	receive_all(workers, jobs, all, paths->count);
	munmap(next, sizeof(*next));
	mem_free(workers);
}

static void judge_all(const struct option_values *v,
		      const struct cmd_paths *paths, struct judged *all)
{
	size_t jobs = v->jobs < paths->count ? v->jobs : paths->count;
	if (jobs == 1)
		judge_here(v, paths, all);
	else
		judge_apart(v, paths, jobs, all);
}

static void complete(struct judged *j, const char *path)
{
	j->tap.path = path;
	if (!j->there) {
		j->tap.broken = true;
		j->tap.passed = false;
		str_add(&j->trouble, "the process that played it has died\n");
	}
	j->tap.title = j->title.len ? str_text(&j->title) : NULL;
	j->tap.trouble = str_text(&j->trouble);
}

static bool print_all(const struct option_values *v, const struct judged *all,
		      size_t count, struct diag *d)
{
	struct str out = {0};
	struct tap_result *results = mem_new(count, sizeof(*results));
	size_t passed = 0;
	tap_head(count, &out);
	for (size_t i = 0; i < count; i++) {
		results[i] = all[i].tap;
		tap_point(&results[i], i + 1, &out);
		passed += results[i].passed;
	}
	tap_end(passed, count - passed, &out);
	bool ok = cmd_print(str_text(&out), out.len);
	str_clear(&out);
	tap_junit(results, count, &out);
	if (v->junit)
		outfile_write(v->junit, str_text(&out), out.len, d);
	mem_free(results);
	str_fini(&out);
	return ok;
}

static int status_of(const struct judged *all, size_t count)
{
	int status = OPTION_EXIT_OK;
	for (size_t i = 0; i < count; i++) {
		int one = all[i].limited       ? OPTION_EXIT_INTERNAL
			  : all[i].tap.broken  ? OPTION_EXIT_INPUT
			  : !all[i].tap.passed ? OPTION_EXIT_FAILED
					       : OPTION_EXIT_OK;
		if (one > status)
			status = one;
	}
	return status;
}

static void keep_shard(const struct option_values *v, struct cmd_paths *paths)
{
	size_t kept = 0;
	if (!v->shards)
		return;
	for (size_t i = 0; i < paths->count; i++)
		if (i % v->shards == v->shard - 1)
			paths->at[kept++] = paths->at[i];
		else
			mem_free(paths->at[i]);
	paths->count = kept;
}

static int play_all(const struct option_values *v,
		    const struct cmd_paths *paths, struct diag *d)
{
	struct judged *all = mem_new(paths->count, sizeof(*all));
	judge_all(v, paths, all);
	for (size_t i = 0; i < paths->count; i++)
		complete(&all[i], paths->at[i]);
	int status = print_all(v, all, paths->count, d)
			     ? status_of(all, paths->count)
			     : OPTION_EXIT_INTERNAL;
	if (d->error_count)
		status = OPTION_EXIT_INPUT;
	for (size_t i = 0; i < paths->count; i++) {
		str_fini(&all[i].title);
		str_fini(&all[i].trouble);
	}
	mem_free(all);
	return status;
}

int cmd_test(const struct option_values *v)
{
	struct cmd_paths paths = {0};
	struct diag d;
	int status = OPTION_EXIT_INPUT;
	diag_init(&d);
	bool ok = cmd_find(v->words, v->word_count, &paths, &d);
	keep_shard(v, &paths);
	if (ok && !paths.count) {
		diag_error(&d, diag_nowhere(), "there is no scenario there");
		status = OPTION_EXIT_NOTHING;
	} else if (ok) {
		status = play_all(v, &paths, &d);
	}
	cmd_report(v, &d);
	cmd_free_paths(&paths);
	diag_fini(&d);
	return status;
}
