/* websocket.c - what a load generator needs of WebSocket. */
/* SPDX-License-Identifier: MIT */
#include "websocket.h"

#include <stdlib.h>
#include <string.h>

const char websocket_request[] =
    "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: peerface.v1\r\n\r\n";

void websocket_send(struct net *net, struct conn *conn, unsigned first, const char *bytes,
                    size_t size)
{
    char head[FRAME_HEAD_SIZE_MAX] = {(char)first};
    size_t head_size = 2;
    check(size < 65536, "a frame's size");
    if (size < 126) {
        head[1] = (char)(0x80 | size);
    } else {
        head[1] = (char)(0x80 | 126);
        head[2] = (char)(size >> 8);
        head[3] = (char)(size & 0xff);
        head_size = 4;
    }
    net_send(net, conn, head, head_size + 4); /* with a mask of zeros */
    net_send(net, conn, bytes, size);
}

void websocket_send_text(struct net *net, struct conn *conn, const char *text)
{
    websocket_send(net, conn, FRAME_FIN | OPCODE_TEXT, text, strlen(text));
}

const char *websocket_payload(const char *bytes, size_t size, size_t *payload_size, size_t *whole)
{
    const unsigned char *head = (const unsigned char *)bytes;
    size_t head_size = 2;
    size_t length = size >= 2 ? head[1] & 0x7f : 0;
    if (size < 2 || (length >= 126 && size < 10)) {
        return NULL; /* a frame of that length has more than ten bytes */
    }
    if (length == 126) {
        length = (size_t)head[2] << 8 | head[3];
        head_size = 4;
    } else if (length == 127) {
        length = (size_t)head[6] << 24 | (size_t)head[7] << 16 | (size_t)head[8] << 8 | head[9];
        head_size = 10;
    }
    *payload_size = length;
    *whole = head_size + length;
    return size >= *whole ? bytes + head_size : NULL;
}

size_t websocket_response(const char *bytes, size_t size, int *status)
{
    const char *end = find_after(bytes, size, "\r\n\r\n");
    *status = end && size > 12 ? atoi(bytes + 9) : 0;
    return end ? (size_t)(end - bytes) : 0;
}

const char *find_after(const char *bytes, size_t size, const char *text)
{
    const char *found = memmem(bytes, size, text, strlen(text));
    return found ? found + strlen(text) : NULL;
}
