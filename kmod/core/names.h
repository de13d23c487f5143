/* SPDX-License-Identifier: GPL-2.0 */
/* The words of the ABI for its enums; each table ends where its enum does. */
#ifndef _MPS_CORE_NAMES_H
#define _MPS_CORE_NAMES_H

#include "port.h"

extern const char * const mps_state_names[MPSCOPE_NR_STATES];
extern const char * const mps_reason_names[MPSCOPE_NR_REASONS];
extern const char * const mps_mode_names[MPSCOPE_NR_MODES];
extern const char * const mps_hist_names[MPSCOPE_NR_HISTS];
extern const char * const mps_wake_names[MPSCOPE_NR_WAKES];
extern const char * const mps_cause_names[MPSCOPE_NR_CAUSES];
extern const char * const mps_class_names[MPSCOPE_NR_CLASSES];
extern const char * const mps_kind_names[MPSCOPE_NR_KINDS];
extern const char * const mps_result_names[MPSCOPE_NR_RESULTS];
extern const char * const mps_feature_names[MPSCOPE_NR_FEATURES];
extern const char * const mps_pstate_names[MPSCOPE_NR_PSTATES];
extern const char * const mps_exact_names[MPSCOPE_NR_EXACT_STATES];

#endif /* _MPS_CORE_NAMES_H */
