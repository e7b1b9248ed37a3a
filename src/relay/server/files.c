/* files.c - finds files in the folder that the relay serves. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    /* Room for index.html and a coding's ending behind the longest path. */
    NAME_SIZE_MAX = PF_HTTP_PATH_SIZE_MAX + 16,
};

struct type {
    const char *ending;
    const char *type;
};

struct coding {
    const char *name;
    const char *ending;
};

static const char *type_of(const char *path)
{
    static const struct type types[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".wasm", "application/wasm"},
        {".json", "application/json"},
        {".map", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".webp", "image/webp"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".txt", "text/plain; charset=utf-8"},
        {".md", "text/plain; charset=utf-8"},
        {".ts", "text/plain; charset=utf-8"},
    };
    const size_t size = strlen(path);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const size_t ending_size = strlen(types[i].ending);
        if (size > ending_size && strcmp(path + size - ending_size, types[i].ending) == 0) {
            return types[i].type;
        }
    }
    return "application/octet-stream";
}

/*
 * Opens a file below `folder_fd` segment by segment, so that no symbolic link on the path leads
 * outside. `path` is modified meanwhile and restored. Returns -1 if there is no such file.
 */
static int open_below(int folder_fd, char *path)
{
    int at_fd = folder_fd;
    char *name = path;
    for (char *slash = strchr(name, '/'); slash; slash = strchr(name, '/')) {
        *slash = '\0';
        const int next_fd = openat(at_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        *slash = '/';
        const int error = errno;
        if (at_fd != folder_fd) {
            (void)close(at_fd); /* nothing was written */
        }
        if (next_fd < 0) {
            errno = error;
            return -1;
        }
        at_fd = next_fd;
        name = slash + 1;
    }
    /* Without O_NONBLOCK, opening a FIFO would block the relay. */
    const int fd = openat(at_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    const int error = errno;
    if (at_fd != folder_fd) {
        (void)close(at_fd); /* nothing was written */
    }
    errno = error;
    return fd;
}

static bool is_older(const struct stat *a, const struct stat *b)
{
    return a->st_mtim.tv_sec != b->st_mtim.tv_sec ? a->st_mtim.tv_sec < b->st_mtim.tv_sec
                                                  : a->st_mtim.tv_nsec < b->st_mtim.tv_nsec;
}

/* Replaces `fd` by a precompressed copy if the client accepts one. Returns its coding or NULL. */
static const char *choose_coding(int folder_fd, const struct pf_http_request *request, char *path,
                                 int *fd, struct stat *status)
{
    static const struct coding codings[] = {{"br", ".br"}, {"gzip", ".gz"}};
    const size_t size = strlen(path);
    for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++) {
        struct stat coded_status;
        if (!pf_http_accepts_coding(request, codings[i].name)) {
            continue;
        }
        (void)snprintf(path + size, NAME_SIZE_MAX - size, "%s", codings[i].ending); /* it fits */
        const int coded_fd = open_below(folder_fd, path);
        path[size] = '\0';
        if (coded_fd < 0) {
            continue;
        }
        if (fstat(coded_fd, &coded_status) == 0 && S_ISREG(coded_status.st_mode) &&
            !is_older(&coded_status, status)) {
            (void)close(*fd); /* nothing was written */
            *fd = coded_fd;
            *status = coded_status;
            return codings[i].name;
        }
        (void)close(coded_fd); /* nothing was written */
    }
    return NULL;
}

uint16_t pf_files_open(int folder_fd, const struct pf_http_request *request, struct pf_file *out)
{
    char path[NAME_SIZE_MAX];
    struct stat status;
    if (!pf_http_path_decode(request->path, path)) {
        return 404;
    }
    const size_t size = strlen(path);
    if (size == 0 || path[size - 1] == '/') {
        (void)snprintf(path + size, sizeof path - size, "index.html"); /* it fits */
    }
    int fd = open_below(folder_fd, path);
    if (fd < 0) {
        return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? 503 : 404;
    }
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        const bool is_folder = S_ISDIR(status.st_mode);
        (void)close(fd); /* nothing was written */
        return is_folder ? 301 : 404;
    }
    const char *coding = choose_coding(folder_fd, request, path, &fd, &status);
    *out = (struct pf_file){
        .fd = fd,
        .size = (uint64_t)status.st_size,
        .type = type_of(path),
        .coding = coding,
    };
    /* The inode distinguishes a file that was moved into place from its predecessor. The text fits:
     * 8 digits for each part of the time, at most 16 for size and inode. */
    (void)snprintf(out->etag, sizeof out->etag, "\"%" PRIxMAX ".%lx-%" PRIxMAX "-%" PRIxMAX "%s\"",
                   (uintmax_t)status.st_mtim.tv_sec, (unsigned long)status.st_mtim.tv_nsec,
                   (uintmax_t)status.st_size, (uintmax_t)status.st_ino, coding ? coding : "");
    return 200;
}
