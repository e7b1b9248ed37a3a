/* simulated.c - a test of a program, as somebody would write it against the installed simulator. */
/* SPDX-License-Identifier: MIT */
#include <peerface/simulated.h>
#include <stdlib.h>

int main(void)
{
    const struct pf_simulation_config world = pf_simulation_defaults(1);
    const struct pf_client_config config = pf_client_defaults();
    struct pf_simulation *simulation = pf_simulation_open(&world);
    struct pf_client *client = pf_client_open(&config, NULL);
    void *own = realloc(malloc(10), 20); /* the program's allocator is its own */
    const bool is_fine = client && own && pf_client_join(client, "tea", "Ann") == PF_OK &&
                         pf_simulation_run(simulation, 1000);
    free(own);
    pf_client_close(client);
    pf_simulation_close(simulation);
    return is_fine ? 0 : 1;
}
