/*
 * Flows, their triggers and schedules: every rule with a text that keeps it or one that breaks it,
 * and the exact problems.
 */
#include "tests/unit/core/definition_kit.h"

#include "core/base/check.h"

#include <criterion/criterion.h>

static const struct definition_row flow_rows[] = {
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: webhook, component: {key: "
     "webhook-triggers}}}\n",
     ""},
    {PLACE_FLOWS,
     "- description: x\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: webhook, component: {key: "
     "webhook-triggers}}}\n",
     "flows[0].name (line 9): a text of 1 to 200 bytes is wanted here; there is none\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: webhook, component: {key: "
     "webhook-triggers}}}\n"
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: webhook, component: {key: "
     "webhook-triggers}}}\n",
     "flows[1].name (line 12): \"F\" is used already, by the one that begins in line 9\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  stableKey: s\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: webhook, component: {key: "
     "webhook-triggers}}}\n"
     "- name: G\n"
     "  stableKey: s\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: webhook, component: {key: "
     "webhook-triggers}}}\n",
     "flows[1].stableKey (line 13): \"s\" is used already, by the one that begins in line "
     "9\n"},
    {PLACE_FLOWS, "- name: F\n",
     "flows[0].steps (line 9): this key is missing; a flow has a list of steps, the "
     "trigger first\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps: []\n",
     "flows[0].steps (line 9): the list is empty; a flow has at least its trigger\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps: {a: b}\n",
     "flows[0].steps (line 10): the value of this key is a list; a map was given\n"},
    {PLACE_FLOW, "  isSynchronous: maybe\n",
     "flows[0].isSynchronous (line 10): true or false is wanted; \"maybe\" was given\n"},
    {PLACE_FLOW, "  endpointSecurityType: organization\n", ""},
    {PLACE_FLOW, "  endpointSecurityType: none\n",
     "flows[0].endpointSecurityType (line 10): \"none\" is unknown here; allowed are: "
     "customer_optional, unsecured, customer_required, organization\n"},
    {PLACE_FLOW, "  organizationApiKeys: k\n",
     "flows[0].organizationApiKeys (line 10): the value of this key is a list; a text was "
     "given\n"},
    {PLACE_FLOW, "  organizationApiKeys: [a, {hunter2: b}]\n",
     "flows[0].organizationApiKeys[1] (line 10): a key is a text; a map was given\n"},
    {PLACE_FLOW, "  organizationApiKeys: ['', ' a ', \"b\\n\"]\n", ""},
    {PLACE_FLOW, "  organizationApiKeys: [a, \"hunter\\n2\"]\n",
     "flows[0].organizationApiKeys[1] (line 10): the key holds a line end or control character, "
     "which a header cannot carry\n"},
    {PLACE_FLOW, "  organizationApiKeys: [k,k,k,k,k,k,k,k,k,k,k,k,k,k,k,k,k,k,k,k,k]\n",
     "flows[0].organizationApiKeys (line 10): the list has 21 items; at most 20 are "
     "allowed\n"},
    {PLACE_FLOW, "  schemas: x\n",
     "flows[0].schemas (line 10): the value of this key is a map; a text was given\n"},
    {PLACE_FLOW,
     "  schemas: {invoke: {type: object, minimum: 1.5, required: [a], x: true, y: ~}}\n", ""},
    {PLACE_FLOW,
     "  schemas: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: "
     "{a: {a: {a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}}}}}}}}}}}}}}}}}}}}}}\n",
     "flows[0].schemas (line 10): lists and maps are nested over 28 levels here; at most "
     "that many are allowed\n"},
    {PLACE_FLOW,
     "  schemas: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: "
     "{a: {a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}}}}}}}}}}}}}}}}}}}}}\n",
     ""},
    {PLACE_FLOW, "  retryConfig: {maxAttempts: 3, delayMinutes: 2, usesExponentialBackoff: true}\n",
     ""},
    {PLACE_FLOW, "  retryConfig: {maxAttempts: 11}\n",
     "flows[0].retryConfig.maxAttempts (line 10): a whole number from 0 to 10 is wanted; "
     "\"11\" was given\n"},
    {PLACE_FLOW, "  retryConfig: {maxAttempts: -1}\n",
     "flows[0].retryConfig.maxAttempts (line 10): a whole number from 0 to 10 is wanted; "
     "\"-1\" was given\n"},
    {PLACE_FLOW, "  retryConfig: {delayMinutes: 61}\n",
     "flows[0].retryConfig.delayMinutes (line 10): a whole number from 0 to 60 is wanted; "
     "\"61\" was given\n"},
    {PLACE_FLOW, "  retryConfig: {maxAttempts: many}\n",
     "flows[0].retryConfig.maxAttempts (line 10): a whole number from 0 to 10 is wanted; "
     "\"many\" was given\n"},
    {PLACE_FLOW, "  retryConfig: []\n",
     "flows[0].retryConfig (line 10): the value of this key is a map; a list was given\n"},
    {PLACE_FLOW,
     "  retryConfig: {uniqueRequestIdField: {type: reference, value: "
     "start.results.body.data.id}}\n",
     ""},
    {PLACE_FLOW, "  retryConfig: {uniqueRequestIdField: {type: reference, value: \"\"}}\n", ""},
    {PLACE_FLOW, "  retryConfig: {uniqueRequestIdField: body.data.id}\n", ""},
    {PLACE_FLOW, "  retryConfig: {uniqueRequestIdField: {type: value, value: x}}\n",
     "flows[0].retryConfig.uniqueRequestIdField (line 10): an input of type reference is "
     "wanted here; one of type value was given\n"},
    {PLACE_FLOW,
     "  retryConfig: {uniqueRequestIdField: {type: reference, value: other.results.id}}\n",
     "flows[0].retryConfig.uniqueRequestIdField (line 10): this is read before a run "
     "starts: the path begins with \"start.results\"; \"other.results.id\" was given\n"},
    {PLACE_FLOW, "  retryConfig: {uniqueRequestIdField: {type: reference, value: start.body}}\n",
     "flows[0].retryConfig.uniqueRequestIdField (line 10): this is read before a run "
     "starts: the path begins with \"start.results\"; \"start.body\" was given\n"},
    {PLACE_FLOW, "  retryConfig: {uniqueRequestIdField: {type: reference, value: \"start..x\"}}\n",
     "flows[0].retryConfig.uniqueRequestIdField (line 10): a reference is written like "
     "fetchParcel.results.items[0].name or with [\"any key\"]; this one goes wrong at "
     "byte 6\n"},
    {PLACE_FLOW, "  retryConfig: {uniqueRequestIdField: [a]}\n",
     "flows[0].retryConfig.uniqueRequestIdField (line 10): a reference, like {type: "
     "reference, value: path}, is a map; a list was given\n"},
    {PLACE_FLOW, "  queueConfig: {usesFifoQueue: true, concurrencyLimit: 4}\n", ""},
    {PLACE_FLOW, "  queueConfig: {usesFifoQueue: true, concurrencyLimit: 1}\n",
     "flows[0].queueConfig.concurrencyLimit (line 10): a whole number from 2 to 15 is "
     "wanted; \"1\" was given\n"},
    {PLACE_FLOW, "  queueConfig: {usesFifoQueue: true, concurrencyLimit: 16}\n",
     "flows[0].queueConfig.concurrencyLimit (line 10): a whole number from 2 to 15 is "
     "wanted; \"16\" was given\n"},
    {PLACE_FLOW, "  queueConfig: {usesFifoQueue: true, concurrencyLimit: ~}\n", ""},
    {PLACE_FLOW, "  queueConfig: {usesFifoQueue: false, concurrencyLimit: 4}\n",
     "flows[0].queueConfig.concurrencyLimit (line 10): a limit needs usesFifoQueue: true "
     "beside it\n"},
    {PLACE_FLOW, "  queueConfig: {singletonExecutions: true}\n",
     "flows[0].queueConfig.singletonExecutions (line 10): only a scheduled flow can have "
     "this\n"},
    {PLACE_FLOW, "  queueConfig: {usesFifoQueue: true, singletonExecutions: true}\n",
     "flows[0].queueConfig (line 10): usesFifoQueue and singletonExecutions exclude each "
     "other; choose one\n"
     "flows[0].queueConfig.singletonExecutions (line 10): only a scheduled flow can have "
     "this\n"},
    {PLACE_FLOW,
     "  queueConfig: {usesFifoQueue: true, dedupeIdField: {type: reference, value: "
     "start.results.x}}\n",
     ""},
    {PLACE_FLOW,
     "  queueConfig: {usesFifoQueue: true, dedupeIdField: {type: reference, value: "
     "x.results.x}}\n",
     "flows[0].queueConfig.dedupeIdField (line 10): this is read before a run starts: the "
     "path begins with \"start.results\"; \"x.results.x\" was given\n"},
    {PLACE_FLOW,
     "  isSynchronous: true\n"
     "  queueConfig: {usesFifoQueue: true}\n",
     "flows[0].queueConfig.usesFifoQueue (line 11): a synchronous flow has no FIFO queue\n"},
};

Test(definition_flow, flows)
{
    definition_kit_check(flow_rows, ARRAY_COUNT(flow_rows));
}

static const struct definition_row schedule_rows[] = {
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: schedule, component: {key: "
     "schedule-triggers}}, schedule: {type: value, value: \"*/5 * * * *\"}}\n",
     ""},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: schedule, component: {key: "
     "schedule-triggers}}, schedule: {type: configVar, value: Plan, meta: {scheduleType: "
     "custom, timeZone: \"\"}}}\n",
     ""},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: schedule, component: {key: "
     "schedule-triggers}}, schedule: {type: configVar, value: \"\"}}\n",
     ""},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: schedule, component: {key: "
     "schedule-triggers}}, schedule: {type: configVar, value: Url}}\n",
     "flows[0].steps[0].schedule.value (line 11): \"Url\" is the key of no config "
     "variable of data type schedule\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: schedule, component: {key: "
     "schedule-triggers}}, schedule: {type: configVar, value: Nope}}\n",
     "flows[0].steps[0].schedule.value (line 11): \"Nope\" is the key of no config "
     "variable of data type schedule\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: schedule, component: {key: "
     "schedule-triggers}}, schedule: {type: value, value: \"\"}}\n",
     "flows[0].steps[0].schedule.value (line 11): a schedule has five fields (minute, "
     "hour, day of month, month, day of week) like \"*/15 * * * *\"; \"\" has 0\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: schedule, component: {key: "
     "schedule-triggers}}, schedule: {type: value, value: \"\", meta: {scheduleType: "
     "none}}}\n",
     ""},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: schedule, component: {key: "
     "schedule-triggers}}, schedule: {type: value, value: \"61 * * * *\"}}\n",
     "flows[0].steps[0].schedule.value (line 11): \"61\" is no minute: write *, numbers "
     "from 0 to 59, ranges (1-5), lists (1,3) or steps (*/2)\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: schedule, component: {key: "
     "schedule-triggers}}, schedule: {type: reference, value: x}}\n",
     "flows[0].steps[0].schedule.type (line 11): a schedule is of type value or "
     "configVar; \"reference\" was given\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: schedule, component: {key: "
     "schedule-triggers}}, schedule: {value: x}}\n",
     "flows[0].steps[0].schedule.type (line 11): this key is missing; allowed are: value, "
     "configVar, reference, template, complex, dataSource\n"
     "flows[0].steps[0].schedule.value (line 11): a schedule has five fields (minute, "
     "hour, day of month, month, day of week) like \"*/15 * * * *\"; \"x\" has 1\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: schedule, component: {key: "
     "schedule-triggers}}, schedule: x}\n",
     "flows[0].steps[0].schedule (line 11): the value of this key is a map; a text was "
     "given\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: schedule, component: {key: "
     "schedule-triggers}}, schedule: {type: value, value: \"0 0 * * *\", meta: "
     "{scheduleType: often}}}\n",
     "flows[0].steps[0].schedule.meta.scheduleType (line 11): \"often\" is unknown here; "
     "allowed are: none, once, custom, minute, hour, day, week\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: schedule, component: {key: "
     "schedule-triggers}}, schedule: {type: value, value: \"0 0 * * *\", meta: {timeZone: "
     "\"/etc/localtime\"}}}\n",
     "flows[0].steps[0].schedule.meta.timeZone (line 11): a time zone is named like "
     "Europe/Amsterdam; \"/etc/localtime\" was given\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: schedule, component: {key: "
     "schedule-triggers}}}\n",
     "flows[0].steps[0].schedule (line 11): this key is missing; it is a map like {type: "
     "value, value: \"*/15 * * * *\"}\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  queueConfig: {singletonExecutions: true}\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: schedule, component: {key: "
     "schedule-triggers}}, schedule: {type: value, value: \"0 0 * * *\"}}\n",
     ""},
    {PLACE_FLOWS,
     "- name: F\n"
     "  queueConfig: {usesFifoQueue: true}\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: schedule, component: {key: "
     "schedule-triggers}}, schedule: {type: value, value: \"0 0 * * *\"}}\n",
     "flows[0].queueConfig.usesFifoQueue (line 10): a scheduled flow has no FIFO queue\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  queueConfig: {usesFifoQueue: true}\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: instanceDeploy, component: {key: "
     "management-triggers}}}\n",
     "flows[0].queueConfig.usesFifoQueue (line 10): a flow that a deployment or removal "
     "starts has no FIFO queue\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: poll, component: {key: crm}}, "
     "schedule: {type: value, value: \"0 0 * * *\"}}\n",
     ""},
};

Test(definition_flow, schedules)
{
    definition_kit_check(schedule_rows, ARRAY_COUNT(schedule_rows));
}

static const struct definition_row trigger_rows[] = {
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, action: {key: webhook, component: {key: webhook-triggers}}}\n",
     "flows[0].steps[0] (line 11): the first step of a flow is its trigger and has "
     "isTrigger: true\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: sleep, component: {key: sleep}}, "
     "inputs: {ms: {type: value, value: \"1\"}}}\n",
     "flows[0].steps[0] (line 11): sleep of the component sleep is an action; the first "
     "step of a flow is a trigger\n"},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: anything, component: {key: crm}}}\n",
     ""},
    {PLACE_STEPS, "  - {name: B, isTrigger: true, action: {key: x, component: {key: y}}}\n",
     "flows[0].steps[1] (line 12): only the first step of a flow is a trigger; remove "
     "isTrigger here\n"},
    {PLACE_STEPS, "  - {name: B, action: {key: webhook, component: {key: webhook-triggers}}}\n",
     "flows[0].steps[1] (line 12): webhook of the component webhook-triggers is a "
     "trigger; it can only be the first step\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: x, component: {key: y}}, schedule: {type: value, value: "
     "\"0 0 * * *\"}}\n",
     "flows[0].steps[1].schedule (line 12): only a trigger has a schedule\n"},
};

Test(definition_flow, triggers)
{
    definition_kit_check(trigger_rows, ARRAY_COUNT(trigger_rows));
}
