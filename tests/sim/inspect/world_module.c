/* world_module.c - the simulator for the page inspect/: one seed, step by step. */
/* SPDX-License-Identifier: MIT */
/*
 * As in src/inspect/inspect.c, what it says is JSON, and all of it is in its memory between two
 * calls. A step is one happening: a packet arrives, a timer fires, a user does something. Most
 * concern one page, whose event and commands are said; some concern none.
 */
#include "../tab.h"
#include "base/assert.h"
#include "inspect/describe.h"
#include "picture.h"

#include <emscripten.h>
#include <stdlib.h>

enum { SAID_SIZE_MAX = 4 << 20 };

struct sim_module {
    struct sim_stats stats;
    struct sim_watcher watcher;
    struct pf_json_writer said;
    struct sim_world world;
    char said_memory[SAID_SIZE_MAX];
};

/* ---- what happens ---- */

static void open_line(struct sim_module *module, const struct sim_tab *tab)
{
    pf_json_open(&module->said, NULL, '{');
    if (tab) {
        pf_json_put_word(&module->said, "page", sim_tab_name(&module->world, tab));
        pf_json_put_number(&module->said, "host", tab->host);
    }
}

static void on_event(void *user, const struct sim_tab *tab, const struct pf_event *event)
{
    struct sim_module *module = user;
    open_line(module, tab);
    pf_describe_event(&module->said, "event", event);
    pf_json_close(&module->said, '}');
}

static void on_command(void *user, const struct sim_tab *tab, const struct pf_command *command)
{
    struct sim_module *module = user;
    open_line(module, tab);
    pf_describe_command(&module->said, "command", command);
    pf_json_close(&module->said, '}');
}

static void on_note(void *user, const struct sim_tab *tab, const char *what)
{
    struct sim_module *module = user;
    open_line(module, tab);
    pf_json_put_word(&module->said, "note", what);
    pf_json_close(&module->said, '}');
}

/* ---- what JavaScript calls ---- */

/* NULL if memory is short. Never freed: another seed takes a new module. */
EMSCRIPTEN_KEEPALIVE struct sim_module *sim_module_new(void)
{
    struct sim_module *module = malloc(sizeof *module);
    if (module) {
        module->stats = (struct sim_stats){0};
        module->watcher = (struct sim_watcher){module, on_event, on_command, on_note};
        sim_world_init(&module->world, &module->stats, NULL);
    }
    return module;
}

EMSCRIPTEN_KEEPALIVE const char *sim_module_said(const struct sim_module *module)
{
    return module->said.text.data;
}

/* 0 if it is too long. */
EMSCRIPTEN_KEEPALIVE size_t sim_module_said_size(const struct sim_module *module)
{
    return module->said.text.overflow ? 0 : module->said.text.size;
}

static void begin_lines(struct sim_module *module)
{
    pf_json_begin(&module->said, module->said_memory, SAID_SIZE_MAX);
    pf_json_open(&module->said, NULL, '{');
    pf_json_open(&module->said, "lines", '[');
}

static void end_lines(struct sim_module *module)
{
    pf_json_close(&module->said, ']');
    pf_json_put_number(&module->said, "us", module->world.now_us);
    pf_json_put_flag(&module->said, "quiet", module->world.quiet);
    if (module->world.failed) {
        pf_json_put_word(&module->said, "failure", module->world.failure);
    }
    pf_json_close(&module->said, '}');
}

/*
 * Once: makes the world of a seed, in two halves. `people` 0: as many as the seed has. `without`:
 * of enum sim_fault_group.
 */
EMSCRIPTEN_KEEPALIVE void sim_module_begin(struct sim_module *module, uint32_t seed_high,
                                           uint32_t seed_low, uint32_t people, unsigned without)
{
    struct sim_world *world = &module->world;
    world->watcher = &module->watcher;
    world->without = without;
    world->records = true;
    world->hashes = true;
    begin_lines(module);
    sim_world_begin(world, (uint64_t)seed_high << 32 | seed_low, people);
    end_lines(module);
}

/* One step: says its lines and the time, and the failure if there is one. False when the world is
 * over. */
EMSCRIPTEN_KEEPALIVE int sim_module_step(struct sim_module *module)
{
    enum sim_kind kind;
    begin_lines(module);
    const bool goes_on = sim_world_advance(&module->world, &kind);
    end_lines(module);
    return goes_on;
}

/* The same without a word, on the way to where something is to be said. */
EMSCRIPTEN_KEEPALIVE int sim_module_skip(struct sim_module *module)
{
    enum sim_kind kind;
    module->world.watcher = NULL;
    const bool goes_on = sim_world_advance(&module->world, &kind);
    module->world.watcher = &module->watcher;
    return goes_on;
}

/* Says the picture of now. */
EMSCRIPTEN_KEEPALIVE void sim_module_picture(struct sim_module *module)
{
    pf_json_begin(&module->said, module->said_memory, SAID_SIZE_MAX);
    sim_picture_put(&module->said, &module->world);
}

static const struct sim_tab *tab_of(const struct sim_module *module, uint32_t index)
{
    return index > 0 && index <= module->world.tabs_count ? module->world.tabs[index] : NULL;
}

/* Says the state of the room of a page, the number in whose name is `index`; null if it is gone. */
EMSCRIPTEN_KEEPALIVE void sim_module_state(struct sim_module *module, uint32_t index)
{
    const struct sim_tab *tab = tab_of(module, index);
    pf_json_begin(&module->said, module->said_memory, SAID_SIZE_MAX);
    if (tab && tab->alive && tab->host < SIM_HOSTS_MAX) {
        pf_describe_room(&module->said, NULL, tab->room);
    } else {
        pf_json_put_text(&module->said, NULL, (struct pf_slice){NULL, 0});
    }
}

/* Says the event log of a page so far, which is no JSON; nothing if it is not complete. */
EMSCRIPTEN_KEEPALIVE void sim_module_log(struct sim_module *module, uint32_t index)
{
    const struct sim_tab *tab = tab_of(module, index);
    pf_buffer_init(&module->said.text, module->said_memory, SAID_SIZE_MAX);
    if (tab && tab->event_log && tab->event_log->is_complete) {
        pf_buffer_put(&module->said.text, pf_buffer_slice(&tab->event_log->text));
    }
}

/* Half of the hash of everything so far: that of worlds.txt, once the world is over. */
EMSCRIPTEN_KEEPALIVE uint32_t sim_module_hash(const struct sim_module *module, int is_high)
{
    return (uint32_t)(module->world.hash >> (is_high ? 32 : 0));
}
