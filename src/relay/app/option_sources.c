/* option_sources.c - options from a file and from the environment. */
/* SPDX-License-Identifier: MIT */
#include "relay/app/option_sources.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILE_SIZE_MAX = 65536,
    NAME_SIZE_MAX = 64,
};

static const struct pf_option *find(const char *name)
{
    for (size_t i = 0; i < pf_option_table_count; i++) {
        if (strcmp(pf_option_table[i].name, name) == 0) {
            return &pf_option_table[i];
        }
    }
    return NULL;
}

/* A flag may be switched off by name, so that a file can be complete. */
static bool is_off(const char *value)
{
    return strcmp(value, "no") == 0 || strcmp(value, "false") == 0 || strcmp(value, "0") == 0;
}

static void take(struct pf_options *options, const char *where, const char *name, char *value)
{
    const struct pf_option *option = find(name);
    char text[2 * NAME_SIZE_MAX];
    (void)snprintf(text, sizeof text, "%s: %s", where, name); /* a longer one is cut */
    if (!option || option->kind == PF_OPTION_CALL_ONLY) {
        pf_option_refuse(options, text, "is not an option");
    } else if (option->argument && !value) {
        pf_option_refuse(options, text, "needs a value");
    } else if (option->argument) {
        pf_option_take(options, option, value);
    } else if (!value || !is_off(value)) {
        pf_option_take(options, option, NULL);
    }
}

static char *trim(char *text)
{
    char *end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1])) {
        *--end = '\0';
    }
    while (isspace((unsigned char)*text)) {
        text++;
    }
    return text;
}

/* One line, which is modified. */
static void take_line(struct pf_options *options, const char *path, char *line)
{
    char *name = trim(line);
    if (*name == '\0' || *name == '#') {
        return;
    }
    char *end = name + strcspn(name, " \t=");
    char *value = end + strspn(end, " \t");
    value += *value == '=' ? 1 : 0;
    value = trim(value);
    const bool has_value = *value != '\0';
    *end = '\0';
    take(options, path, name, has_value ? value : NULL);
}

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = file ? malloc(FILE_SIZE_MAX + 1) : NULL;
    const size_t size = text ? fread(text, 1, FILE_SIZE_MAX + 1, file) : 0;
    if (file) {
        (void)fclose(file); /* opened for reading only */
    }
    if (text && (size > FILE_SIZE_MAX || memchr(text, '\0', size))) {
        free(text);
        return NULL;
    }
    if (text) {
        text[size] = '\0';
    }
    return text;
}

/* The path that --config gives; the last one, or NULL. */
static const char *find_path(int count, char *const *arguments)
{
    static const char prefix[] = "--config";
    const size_t size = sizeof prefix - 1;
    const char *path = NULL;
    for (int i = 1; i < count && strcmp(arguments[i], "--") != 0; i++) {
        if (strncmp(arguments[i], prefix, size) == 0 && arguments[i][size] == '=') {
            path = arguments[i] + size + 1;
        } else if (strcmp(arguments[i], prefix) == 0 && i + 1 < count) {
            path = arguments[++i];
        }
    }
    return path;
}

void pf_option_read_file(int count, char *const *arguments, struct pf_options *options)
{
    const char *path = find_path(count, arguments);
    if (!path) {
        return;
    }
    options->config_text = read_whole(path);
    options->config_file = path;
    if (!options->config_text) {
        pf_option_refuse(options, "--config", "takes a text file of at most 64 KiB");
        return;
    }
    char *line = options->config_text;
    while (line && options->action == PF_OPTIONS_RUN) {
        char *end = strchr(line, '\n');
        if (end) {
            *end = '\0';
        }
        take_line(options, path, line);
        line = end ? end + 1 : NULL;
    }
}

void pf_option_read_environment(struct pf_options *options)
{
    for (size_t i = 0; i < pf_option_table_count && options->action == PF_OPTIONS_RUN; i++) {
        char variable[NAME_SIZE_MAX] = "PEERFACE_RELAY_";
        const char *name = pf_option_table[i].name;
        size_t size = strlen(variable);
        for (; *name != '\0' && size + 1 < sizeof variable; name++) {
            variable[size++] = *name == '-' ? '_' : (char)toupper((unsigned char)*name);
        }
        variable[size] = '\0';
        char *value = getenv(variable);
        if (value) {
            take(options, variable, pf_option_table[i].name, value);
        }
    }
}
