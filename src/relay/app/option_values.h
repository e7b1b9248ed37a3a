/* option_values.h - reads and judges the values of single options. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_APP_OPTION_VALUES_H
#define PF_RELAY_APP_OPTION_VALUES_H

#include "relay/app/options.h"

/* For option_table.h: each returns NULL, or a phrase that says what the option takes. */
const char *pf_option_take_ice_servers(struct pf_options *options, const char *value);
const char *pf_option_take_redis(struct pf_options *options, const char *value);
const char *pf_option_judge_frame(struct pf_options *options, const char *value);
const char *pf_option_judge_origin(struct pf_options *options, const char *value);
const char *pf_option_judge_host(struct pf_options *options, const char *value);
const char *pf_option_judge_net(struct pf_options *options, const char *value);
const char *pf_option_judge_turn(struct pf_options *options, const char *value);
const char *pf_option_judge_echo(struct pf_options *options, const char *value);

const char *pf_option_take_log_format(struct pf_options *options, const char *value);
const char *pf_option_take_log_level(struct pf_options *options, const char *value);

/* The file has been read before all options. */
const char *pf_option_check_config(struct pf_options *options, const char *value);

/* These end the program after having printed something. */
const char *pf_option_print_version(struct pf_options *options, const char *value);
const char *pf_option_print_help(struct pf_options *options, const char *value);

#endif
