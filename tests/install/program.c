/* program.c - uses the installed core as another program would. */
/* SPDX-License-Identifier: MIT */
#include "core/room.h"

#include <stdlib.h>

int main(void)
{
    struct pf_room *room = malloc(pf_room_size());
    const struct pf_room_config config = {.url = PF_SLICE("wss://relay/ws"), .instance = 1};
    struct pf_command command;
    bool is_opening = false;
    if (!room || pf_room_init(room, &config) != PF_ERROR_OK) {
        return 1;
    }
    pf_room_handle(room, &(struct pf_event){.type = PF_EVENT_START});
    while (pf_room_poll(room, &command)) {
        is_opening = is_opening || command.type == PF_COMMAND_SOCKET_OPEN;
    }
    pf_room_close(room);
    free(room);
    return is_opening ? 0 : 1;
}
