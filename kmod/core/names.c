// SPDX-License-Identifier: GPL-2.0
/* The words of the ABI, made from the lists in abi.h. */
#include "names.h"

const char * const mps_state_names[] = { MPSCOPE_STATES(MPSCOPE_X_NAME) };
const char * const mps_reason_names[] = { MPSCOPE_REASONS(MPSCOPE_X_NAME) };
const char * const mps_mode_names[] = { MPSCOPE_MODES(MPSCOPE_X_NAME) };
const char * const mps_hist_names[] = { MPSCOPE_HISTS(MPSCOPE_X_NAME) };
const char * const mps_wake_names[] = { MPSCOPE_WAKE_SOURCES(MPSCOPE_X_NAME) };
const char * const mps_cause_names[] = { MPSCOPE_MIGRATE_CAUSES(MPSCOPE_X_NAME) };
const char * const mps_class_names[] = { MPSCOPE_MIGRATE_CLASSES(MPSCOPE_X_NAME) };
const char * const mps_kind_names[] = { MPSCOPE_EPOLL_KINDS(MPSCOPE_X_NAME) };
const char * const mps_result_names[] = { MPSCOPE_EPOLL_RESULTS(MPSCOPE_X_NAME) };
const char * const mps_feature_names[] = { MPSCOPE_FEATURES(MPSCOPE_X_NAME) };
const char * const mps_pstate_names[] = { MPSCOPE_PSTATES(MPSCOPE_X_NAME) };
const char * const mps_exact_names[] = { MPSCOPE_EXACT_STATES(MPSCOPE_X_NAME) };
