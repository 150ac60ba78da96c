/*
 * deploy_notice: what a definition asks for that this server parses, keeps and exports, but does
 * not act on. A deploy tells it in the instance's log, so that nobody waits for a schedule that
 * never fires.
 */
#ifndef DAYBOOK_CORE_DOMAIN_DEPLOY_NOTICE_H
#define DAYBOOK_CORE_DOMAIN_DEPLOY_NOTICE_H

#include "core/definition/definition.h"
#include "core/domain/decision.h"

#define DEPLOY_NOTICE_EVENTS_MAX 5 /* 200 flows and a line for data sources, 48 lines in each */

/** Adds instance.logged events with one warning per flow (and one for data sources), if there is
 * anything to say: at most DEPLOY_NOTICE_EVENTS_MAX. `now_us`: the time of the lines. */
void deploy_notice_decide(const struct definition *definition,
                          int64_t now_us,
                          struct decision *decision);

#endif
