/* replay.c - feeds every file of some folders to a fuzz target. */
/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* dirent.h */

#include "fuzz.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE_MAX = 4096, FILE_SIZE_MAX = 1 << 20 };

/* Feeds the file in a block of exactly its size, so that a sanitizer reports over-reads. */
static bool feed_file(const char *path, char *scratch)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return false;
    }
    const size_t size = fread(scratch, 1, FILE_SIZE_MAX, file);
    const bool whole = !ferror(file) && feof(file);
    (void)fclose(file); /* opened for reading only */
    uint8_t *data = malloc(size > 0 ? size : 1);
    if (!whole || !data) {
        fprintf(stderr, "%s: cannot be read, or is too large\n", path);
        free(data);
        return false;
    }
    memcpy(data, scratch, size);
    (void)LLVMFuzzerTestOneInput(data, size); /* always 0 */
    free(data);
    return true;
}

/* Feeds every file of the folder. Returns their number, or -1. */
static int feed_folder(const char *folder, char *scratch)
{
    DIR *directory = opendir(folder);
    if (!directory) {
        perror(folder);
        return -1;
    }
    int count = 0;
    const struct dirent *entry = NULL;
    while (count >= 0 && (entry = readdir(directory))) {
        char path[PATH_SIZE_MAX];
        if (entry->d_name[0] == '.') {
            continue;
        }
        (void)snprintf(path, sizeof path, "%s/%s", folder,
                       entry->d_name); /* fopen() fails if cut */
        count = feed_file(path, scratch) ? count + 1 : -1;
    }
    (void)closedir(directory); /* opened for reading only */
    return count;
}

int main(int argc, char **argv)
{
    char *scratch = malloc(FILE_SIZE_MAX);
    if (!scratch || argc < 2) {
        fprintf(stderr, "usage: %s FOLDER...\n", argv[0]);
        return 2;
    }
    int failures = 0;
    for (int i = 1; i < argc; i++) {
        const int count = feed_folder(argv[i], scratch);
        printf("%s: %d files\n", argv[i], count);
        failures += count <= 0; /* an empty corpus tests nothing */
    }
    free(scratch);
    return failures > 0;
}
