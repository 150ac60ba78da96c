/*
 * Steps, what is inside them, their inputs and conditions, and which results they may refer to:
 * every rule with a text that keeps it or one that breaks it, and the exact problems.
 */
#include "tests/unit/core/definition_kit.h"

#include "core/base/check.h"

#include <criterion/criterion.h>

static const struct definition_row step_rows[] = {
    {PLACE_STEPS, "  - text\n", "flows[0].steps[1] (line 12): a step is a map; a text was given\n"},
    {PLACE_STEPS, "  - {name: A}\n",
     "flows[0].steps[1].action (line 12): this key is missing; it is a map like {key: "
     "httpGet, component: {key: http, version: LATEST, isPublic: true}}\n"},
    {PLACE_STEPS, "  - {action: {key: x, component: {key: y}}}\n",
     "flows[0].steps[1].name (line 12): a text of 1 to 200 bytes is wanted here; there is "
     "none\n"},
    {PLACE_STEPS, "  - {name: \"?!\", action: {key: x, component: {key: y}}}\n",
     "flows[0].steps[1].name (line 12): \"?!\" has no letter or digit, so that nothing "
     "could refer to the step\n"},
    {PLACE_STEPS, "  - {name: \"a\\nb\", action: {key: x, component: {key: y}}}\n",
     "flows[0].steps[1].name (line 12): one line is wanted; the text has line ends, tabs "
     "or other control characters\n"},
    {PLACE_STEPS, "  - {name: A, action: x}\n",
     "flows[0].steps[1].action (line 12): the value of this key is a map; a text was "
     "given\n"},
    {PLACE_STEPS, "  - {name: A, action: {component: {key: y}}}\n",
     "flows[0].steps[1].action.key (line 12): a text of 1 to 200 bytes is wanted here; "
     "there is none\n"},
    {PLACE_STEPS, "  - {name: A, action: {key: x}}\n",
     "flows[0].steps[1].action.component (line 12): this key is missing; it is a map like "
     "{key: http, version: LATEST, isPublic: true}\n"},
    {PLACE_STEPS, "  - {name: A, action: {key: x, component: y}}\n",
     "flows[0].steps[1].action.component (line 12): the value of this key is a map; a "
     "text was given\n"},
    {PLACE_STEPS, "  - {name: A, action: {key: x, component: {version: 1}}}\n",
     "flows[0].steps[1].action.component.key (line 12): a text of 1 to 200 bytes is "
     "wanted here; there is none\n"},
    {PLACE_STEPS, "  - {name: A, action: {key: x, component: {key: y, signature: abc}}}\n", ""},
    {PLACE_STEPS, "  - {name: A, action: {key: x, component: {key: y, version: \"1.2\"}}}\n",
     "flows[0].steps[1].action.component.version (line 12): a version is LATEST or a "
     "whole number; \"1.2\" was given\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: httpGet, component: {key: http, isPublic: false}}}\n", ""},
    {PLACE_STEPS, "  - {name: start, action: {key: x, component: {key: y}}}\n",
     "flows[0].steps (line 12): the step \"Start\" in line 11 and the step \"start\" in "
     "line 12 are both called start in references; give one another name\n"},
    {PLACE_STEPS, "  - {name: A, action: {key: x, component: {key: y}}, inputs: x}\n",
     "flows[0].steps[1].inputs (line 12): the value of this key is a map; a text was "
     "given\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: x, component: {key: y}}, errorConfig: "
     "{errorHandlerType: retry, maxAttempts: 5, delaySeconds: 60}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: x, component: {key: y}}, errorConfig: "
     "{errorHandlerType: fast}}\n",
     "flows[0].steps[1].errorConfig.errorHandlerType (line 12): \"fast\" is unknown here; "
     "allowed are: fail, ignore, retry\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: x, component: {key: y}}, errorConfig: {maxAttempts: "
     "6}}\n",
     "flows[0].steps[1].errorConfig.maxAttempts (line 12): a whole number from 0 to 5 is "
     "wanted; \"6\" was given\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: x, component: {key: y}}, errorConfig: {delaySeconds: "
     "61}}\n",
     "flows[0].steps[1].errorConfig.delaySeconds (line 12): a whole number from 0 to 60 "
     "is wanted; \"61\" was given\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: x, component: {key: y}}, errorConfig: "
     "{ignoreFinalError: 3}}\n",
     "flows[0].steps[1].errorConfig.ignoreFinalError (line 12): true or false is wanted; "
     "\"3\" was given\n"},
    {PLACE_STEPS, "  - {name: A, action: {key: x, component: {key: y}}, errorConfig: x}\n",
     "flows[0].steps[1].errorConfig (line 12): the value of this key is a map; a text was "
     "given\n"},
    {PLACE_STEPS,
     "  - {name: A B, action: {key: x, component: {key: y}}}\n"
     "  - {name: a-b, action: {key: x, component: {key: y}}}\n",
     "flows[0].steps (line 13): the step \"A B\" in line 12 and the step \"a-b\" in line "
     "13 are both called aB in references; give one another name\n"},
};

Test(definition_step, steps)
{
    definition_kit_check(step_rows, ARRAY_COUNT(step_rows));
}

static const struct definition_row body_rows[] = {
    {PLACE_STEPS,
     "  - {name: L, action: {key: loopOverItems, component: {key: loop}}, inputs: {items: "
     "{type: reference, value: start.results.x}}, steps: [{name: P, action: {key: "
     "writeLog, component: {key: log}}}]}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: L, action: {key: loopOverItems, component: {key: loop}}, inputs: {items: "
     "{type: reference, value: start.results.x}}}\n",
     "flows[0].steps[1] (line 12): a loop has steps; this one has none\n"},
    {PLACE_STEPS,
     "  - {name: L, action: {key: loopNTimes, component: {key: loop}}, inputs: "
     "{iterationCount: {type: value, value: \"3\"}}, steps: []}\n",
     "flows[0].steps[1] (line 12): a loop has steps; this one has none\n"},
    {PLACE_STEPS,
     "  - {name: L, action: {key: loopNTimes, component: {key: loop}}, inputs: "
     "{iterationCount: {type: value, value: \"3\"}}, steps: [{name: P, action: {key: "
     "writeLog, component: {key: log}}}], branches: [{name: Else, steps: []}]}\n",
     "flows[0].steps[1] (line 12): only a branch step has branches; loopNTimes never runs "
     "them\n"},
    {PLACE_STEPS, "  - {name: B, action: {key: breakLoop, component: {key: loop}}}\n",
     "flows[0].steps[1] (line 12): breakLoop stands inside a loop; here is none\n"},
    {PLACE_STEPS,
     "  - {name: L, action: {key: loopNTimes, component: {key: loop}}, inputs: "
     "{iterationCount: {type: value, value: \"3\"}}, steps: [{name: B, action: {key: "
     "breakLoop, component: {key: loop}}}]}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: L, action: {key: each, component: {key: crm}}, steps: [{name: B, action: "
     "{key: breakLoop, component: {key: loop}}}]}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnValue, component: {key: branch}}, inputs: "
     "{inputValue: {type: configVar, value: Flag}, branchValueMappings: {type: complex, "
     "value: [{name: Yes, type: value, value: \"true\"}]}}, branches: [{name: Yes, steps: "
     "[]}, {name: Else, steps: []}]}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnValue, component: {key: branch}}, inputs: "
     "{inputValue: {type: configVar, value: Flag}, branchValueMappings: {type: complex, "
     "value: [{name: Yes, type: value, value: \"true\"}]}}, branches: [{name: \"No\", "
     "steps: []}]}\n",
     "flows[0].steps[1].inputs.branchValueMappings.value[0] (line 12): \"Yes\" is the "
     "name of no branch of this step\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnValue, component: {key: branch}}, inputs: "
     "{inputValue: {type: configVar, value: Flag}, branchValueMappings: {type: complex, "
     "value: [{name: Yes, type: value, value: \"true\"}]}}}\n",
     "flows[0].steps[1].inputs.branchValueMappings.value[0] (line 12): \"Yes\" is the "
     "name of no branch of this step\n"
     "flows[0].steps[1] (line 12): a branch step has branches; this one has none\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnValue, component: {key: branch}}, inputs: "
     "{inputValue: {type: configVar, value: Flag}, branchValueMappings: {type: complex, "
     "value: [{name: Yes, type: value, value: \"true\"}]}}, branches: [{name: Yes}, "
     "{name: Yes}]}\n",
     "flows[0].steps[1].branches[1] (line 12): \"Yes\" is the name of two branches; each "
     "has its own\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnValue, component: {key: branch}}, inputs: "
     "{inputValue: {type: configVar, value: Flag}, branchValueMappings: {type: complex, "
     "value: [{name: Yes, type: value, value: \"true\"}]}}, branches: [{name: Yes}, "
     "{steps: []}]}\n",
     "flows[0].steps[1].branches[1].name (line 12): a text of 1 to 200 bytes is wanted "
     "here; there is none\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnValue, component: {key: branch}}, inputs: "
     "{inputValue: {type: configVar, value: Flag}, branchValueMappings: {type: complex, "
     "value: [{name: Yes, type: value, value: \"true\"}]}}, branches: [{name: Yes}, "
     "text]}\n",
     "flows[0].steps[1].branches[1] (line 12): a branch, like {name: Else, steps: []}, is "
     "a map; a text was given\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnValue, component: {key: branch}}, inputs: "
     "{inputValue: {type: configVar, value: Flag}, branchValueMappings: {type: complex, "
     "value: [{name: Yes, type: value, value: \"true\"}]}}, branches: text}\n",
     "flows[0].steps[1].branches (line 12): the value of this key is a list; a text was "
     "given\n"
     "flows[0].steps[1].inputs.branchValueMappings.value[0] (line 12): \"Yes\" is the "
     "name of no branch of this step\n"
     "flows[0].steps[1] (line 12): a branch step has branches; this one has none\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnValue, component: {key: branch}}, inputs: "
     "{inputValue: {type: configVar, value: Flag}, branchValueMappings: {type: complex, "
     "value: [{name: Yes, type: value, value: \"true\"}]}}, branches: [{name: Yes}], "
     "steps: [{name: P, action: {key: x, component: {key: y}}}]}\n",
     "flows[0].steps[1] (line 12): only a loop has steps inside; branchOnValue never runs "
     "them\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnValue, component: {key: branch}}, inputs: "
     "{inputValue: {type: configVar, value: Flag}, branchValueMappings: {type: value, "
     "value: x}}, branches: [{name: Yes}]}\n",
     "flows[0].steps[1].inputs.branchValueMappings (line 12): this input is of type "
     "complex, with an item for each branch\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnValue, component: {key: branch}}, inputs: "
     "{inputValue: {type: configVar, value: Flag}, branchValueMappings: {type: complex, "
     "value: [{name: Else, type: value, value: x}]}}, branches: [{name: Else}]}\n",
     "flows[0].steps[1].inputs.branchValueMappings.value[0] (line 12): \"Else\" is taken "
     "when nothing else is; it has no condition\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnValue, component: {key: branch}}, inputs: "
     "{inputValue: {type: configVar, value: Flag}, branchValueMappings: {type: complex, "
     "value: [{name: {type: value, value: Yes}, type: value, value: x}, {name: {type: "
     "configVar, value: Url}, type: value, value: x}]}}, branches: [{name: Yes}]}\n",
     "flows[0].steps[1].inputs.branchValueMappings.value[1] (line 12): the name of a "
     "branch is a plain text here\n"},
    {PLACE_STEPS,
     "  - {name: S, action: {key: sleep, component: {key: sleep}}, inputs: {ms: {type: "
     "value, value: \"1\"}}, steps: [{name: P, action: {key: x, component: {key: y}}}], "
     "branches: [{name: Q, steps: []}]}\n",
     "flows[0].steps[1] (line 12): only a loop has steps inside; sleep never runs them\n"
     "flows[0].steps[1] (line 12): only a branch step has branches; sleep never runs "
     "them\n"},
};

Test(definition_step, loops_and_branches)
{
    definition_kit_check(body_rows, ARRAY_COUNT(body_rows));
}

static const struct definition_row required_rows[] = {
    {PLACE_STEPS, "  - {name: A, action: {key: httpGet, component: {key: http}}}\n",
     "flows[0].steps[1].inputs.url (line 12): httpGet cannot run without this input; give "
     "it a value\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: httpGet, component: {key: http}}, inputs: {url: {type: "
     "value, value: \"\"}}}\n",
     "flows[0].steps[1].inputs.url (line 12): httpGet cannot run without this input; give "
     "it a value\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: httpGet, component: {key: http}}, inputs: {url: {type: "
     "configVar, value: \"\"}}}\n",
     ""},
    {PLACE_STEPS, "  - {name: A, action: {key: sleep, component: {key: sleep}}}\n",
     "flows[0].steps[1].inputs.ms (line 12): sleep cannot run without this input; give it "
     "a value\n"},
    {PLACE_STEPS, "  - {name: A, action: {key: writeLog, component: {key: log}}}\n", ""},
    {PLACE_STEPS, "  - {name: A, action: {key: stopExecution, component: {key: stop-execution}}}\n",
     ""},
    {PLACE_STEPS, "  - {name: A, action: {key: httpPostFormData, component: {key: http}}}\n", ""},
};

Test(definition_step, required_inputs)
{
    definition_kit_check(required_rows, ARRAY_COUNT(required_rows));
}

static const struct definition_row input_rows[] = {
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: value, "
     "value: 25}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: value, "
     "value: true}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "value}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: value, "
     "value: ~}}}\n",
     ""},
    {PLACE_STEPS, "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: text}}\n",
     "flows[0].steps[1].inputs.x (line 12): an input, like {type: value, value: \"\"}, is "
     "a map; a text was given\n"},
    {PLACE_STEPS, "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: [a]}}\n",
     "flows[0].steps[1].inputs.x (line 12): an input, like {type: value, value: \"\"}, is "
     "a map; a list was given\n"},
    {PLACE_STEPS, "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: ~}}\n",
     "flows[0].steps[1].inputs.x (line 12): an input is a map like {type: value, value: "
     "\"\"}; there is none\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {value: a}}}\n",
     "flows[0].steps[1].inputs.x.type (line 12): this key is missing; allowed are: value, "
     "configVar, reference, template, complex, dataSource\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: values, "
     "value: a}}}\n",
     "flows[0].steps[1].inputs.x.type (line 12): \"values\" is unknown here; allowed are: "
     "value, configVar, reference, template, complex, dataSource\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: value, "
     "value: [a]}}}\n",
     "flows[0].steps[1].inputs.x (line 12): a text is wanted for this type of input; a "
     "list was given (lists are of type complex)\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: value, "
     "value: {a: b}}}}\n",
     "flows[0].steps[1].inputs.x (line 12): a text is wanted for this type of input; a "
     "map was given (lists are of type complex)\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "configVar, value: Url}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "configVar, value: \"\"}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "configVar, value: url}}}\n",
     "flows[0].steps[1].inputs.x (line 12): \"url\" is the key of no config variable\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "dataSource, value: [a]}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "complex, value: []}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "complex, value: \"\"}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "complex}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "complex, value: text}}}\n",
     "flows[0].steps[1].inputs.x.value (line 12): the value of a complex input is a list; "
     "a text was given\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "complex, value: [{type: value, value: a}, {name: n, type: configVar, value: "
     "Nope}]}}}\n",
     "flows[0].steps[1].inputs.x.value[1] (line 12): \"Nope\" is the key of no config "
     "variable\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "complex, value: [{name: {type: configVar, value: Nope}, type: value, value: a}]}}}\n",
     "flows[0].steps[1].inputs.x.value[0].name (line 12): \"Nope\" is the key of no "
     "config variable\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "complex, value: [{name: [a], type: value, value: a}]}}}\n",
     "flows[0].steps[1].inputs.x.value[0].name (line 12): a name that is no text is a "
     "map; a list was given\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "complex, value: [[[a, {type: configVar, value: Nope}]]]}}}\n",
     "flows[0].steps[1].inputs.x.value[0][0][1] (line 12): \"Nope\" is the key of no "
     "config variable\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "complex, value: [[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]}}}\n",
     "flows[0].steps[1].inputs.x.value[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]["
     "0][0][0] (line 12): complex inputs and lists are nested over 20 levels; at most "
     "that many are allowed\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "complex, value: [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "template, value: \"{{#Url}}/{{$start.results.id}}\"}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "template, value: \"{{#Nope}}\"}}}\n",
     "flows[0].steps[1].inputs.x (line 12): \"Nope\" is the key of no config variable\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "template, value: \"{{#Url\"}}}\n",
     "flows[0].steps[1].inputs.x (line 12): {{# at byte 1 has no }} behind it\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "template, value: \"{{}} {{a}}\"}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "template, value: \"{{$start..x}}\"}}}\n",
     "flows[0].steps[1].inputs.x (line 12): in {{ }} at byte 1: a reference is written "
     "like fetchParcel.results.items[0].name or with [\"any key\"]; this one goes wrong "
     "at byte 6\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "template, value: \"{{$}}\"}}}\n",
     "flows[0].steps[1].inputs.x (line 12): between {{ and }} at byte 1 stands no "
     "reference\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: start.results.a[0][\"b c\"]}}}\n",
     "__all__: line 12, column 110: not YAML: did not find expected ',' or '}' (while "
     "parsing a flow mapping from line 12)\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: \"\"}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: \"a..b\"}}}\n",
     "flows[0].steps[1].inputs.x (line 12): a reference is written like "
     "fetchParcel.results.items[0].name or with [\"any key\"]; this one goes wrong at "
     "byte 2\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: nope.results}}}\n",
     "flows[0].steps[1].inputs.x (line 12): \"nope\" is no step of this flow; a step is "
     "called by its name in camel case, like fetchParcel\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: start}}}\n",
     "flows[0].steps[1].inputs.x (line 12): \"start\" is followed by results, or by "
     "currentItem or index of a loop; \"start\" was given\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: start.body}}}\n",
     "flows[0].steps[1].inputs.x (line 12): \"start\" is followed by results, or by "
     "currentItem or index of a loop; \"start.body\" was given\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: Start.results}}}\n",
     "flows[0].steps[1].inputs.x (line 12): \"Start\" is no step of this flow; a step is "
     "called by its name in camel case, like fetchParcel\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: value, "
     "value: a, meta: x}}}\n",
     "flows[0].steps[1].inputs.x.meta (line 12): the value of this key is a map; a text "
     "was given\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: value, "
     "value: a, meta: {orgOnly: perhaps}}}}\n",
     "flows[0].steps[1].inputs.x.meta.orgOnly (line 12): true or false is wanted; "
     "\"perhaps\" was given\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: value, "
     "name: {type: value, name: {type: value, name: {type: value, name: {type: value, "
     "name: {type: value, name: {type: value, name: {type: value, name: {type: value, "
     "name: {type: value, name: {type: value, name: {type: value, name: {type: value, "
     "name: {type: value, name: {type: value, name: {type: value, name: {type: value, "
     "name: {type: value, name: {type: value, name: {type: value, name: {type: value, "
     "name: a}}}}}}}}}}}}}}}}}}}}}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: value, "
     "name: {type: value, name: {type: value, name: {type: value, name: {type: value, "
     "name: {type: value, name: {type: value, name: {type: value, name: {type: value, "
     "name: {type: value, name: {type: value, name: {type: value, name: {type: value, "
     "name: {type: value, name: {type: value, name: {type: value, name: {type: value, "
     "name: {type: value, name: {type: value, name: {type: value, name: {type: value, "
     "name: {type: value, name: a}}}}}}}}}}}}}}}}}}}}}}}}\n",
     "flows[0].steps[1].inputs.x.name.name.name.name.name.name.name.name.name.name.name.na"
     "me.name.name.name.name.name.name.name.name.name (line 12): complex inputs and lists "
     "are nested over 20 levels; at most that many are allowed\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: httpGet, component: {key: http}}, inputs: {url: {type: "
     "value, value: \"http://x\"}, connection: {type: configVar, value: Conn}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: httpGet, component: {key: http}}, inputs: {url: {type: "
     "value, value: \"http://x\"}, connection: {type: configVar, value: Url}}}\n",
     "flows[0].steps[1].inputs.connection (line 12): \"Url\" is no connection; this input "
     "takes one\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: httpGet, component: {key: http}}, inputs: {url: {type: "
     "configVar, value: Conn}}}\n",
     "flows[0].steps[1].inputs.url (line 12): \"Conn\" is a connection; only the input "
     "\"connection\" takes one\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: httpGet, component: {key: http}}, inputs: {url: {type: "
     "value, value: \"http://x\"}, connection: {type: configVar, value: \"\"}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {url: {type: "
     "configVar, value: Conn}, connection: {type: configVar, value: Url}}}\n",
     ""},
};

Test(definition_step, inputs)
{
    definition_kit_check(input_rows, ARRAY_COUNT(input_rows));
}

static const struct definition_row scope_rows[] = {
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: start.results}}}\n"
     "  - {name: B, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: a.results.z}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: b.results}}}\n"
     "  - {name: B, action: {key: act, component: {key: crm}}}\n",
     "flows[0].steps[1].inputs.x (line 12): \"B\" runs later; only steps before this one "
     "have results\n"},
    {PLACE_STEPS,
     "  - {name: A, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: a.results}}}\n",
     "flows[0].steps[1].inputs.x (line 12): \"A\" is this very step; it has no results "
     "yet\n"},
    {PLACE_STEPS,
     "  - {name: L, action: {key: loopOverItems, component: {key: loop}}, inputs: {items: "
     "{type: reference, value: start.results}}, steps: [{name: A, action: {key: act, "
     "component: {key: crm}}, inputs: {x: {type: reference, value: l.currentItem.x}, y: "
     "{type: reference, value: l.index}}}]}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: L, action: {key: loopOverItems, component: {key: loop}}, inputs: {items: "
     "{type: reference, value: start.results}}, steps: [{name: A, action: {key: act, "
     "component: {key: crm}}, inputs: {x: {type: reference, value: l.results}}}]}\n",
     "flows[0].steps[1].steps[0].inputs.x (line 12): \"L\" is the loop around this step "
     "and has no results yet; it has currentItem\n"},
    {PLACE_STEPS,
     "  - {name: L, action: {key: loopOverItems, component: {key: loop}}, inputs: {items: "
     "{type: reference, value: start.results}}, steps: [{name: A, action: {key: act, "
     "component: {key: crm}}, inputs: {}},{name: B, action: {key: act, component: {key: "
     "crm}}, inputs: {x: {type: reference, value: a.results}}}]}\n"
     "  - {name: C, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: l.results}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: L, action: {key: loopOverItems, component: {key: loop}}, inputs: {items: "
     "{type: reference, value: start.results}}, steps: [{name: A, action: {key: act, "
     "component: {key: crm}}, inputs: {}}]}\n"
     "  - {name: C, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: a.results}}}\n",
     "flows[0].steps[2].inputs.x (line 13): \"A\" is in the body of a loop; outside it, "
     "refer to the results of the loop\n"},
    {PLACE_STEPS,
     "  - {name: L, action: {key: loopOverItems, component: {key: loop}}, inputs: {items: "
     "{type: reference, value: start.results}}, steps: [{name: A, action: {key: act, "
     "component: {key: crm}}, inputs: {}}]}\n"
     "  - {name: C, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: l.currentItem}}}\n",
     "flows[0].steps[2].inputs.x (line 13): \"L\" is no loop around this step; only steps "
     "in its body see its currentItem and index\n"},
    {PLACE_STEPS,
     "  - {name: C, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: start.currentItem}}}\n",
     "flows[0].steps[1].inputs.x (line 12): \"Start\" is no loop; only loops have "
     "currentItem and index\n"},
    {PLACE_STEPS,
     "  - {name: L, action: {key: loopOverItems, component: {key: loop}}, inputs: {items: "
     "{type: reference, value: start.results}}, steps: [{name: A, action: {key: act, "
     "component: {key: crm}}, inputs: {}}]}\n"
     "  - {name: M, action: {key: loopOverItems, component: {key: loop}}, inputs: {items: "
     "{type: reference, value: start.results}}, steps: [{name: B, action: {key: act, "
     "component: {key: crm}}, inputs: {x: {type: reference, value: l.currentItem}}}]}\n",
     "flows[0].steps[2].steps[0].inputs.x (line 13): \"L\" is no loop around this step; "
     "only steps in its body see its currentItem and index\n"},
    {PLACE_STEPS,
     "  - {name: L, action: {key: each, component: {key: crm}}, steps: [{name: A, action: "
     "{key: act, component: {key: crm}}, inputs: {x: {type: reference, value: "
     "l.currentItem}}}]}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnValue, component: {key: branch}}, inputs: "
     "{inputValue: {type: configVar, value: Flag}, branchValueMappings: {type: complex, "
     "value: [{name: Yes, type: value, value: \"true\"}]}}, branches: [{name: Yes, steps: "
     "[{name: One, action: {key: act, component: {key: crm}}, inputs: {}}]}, {name: Else, "
     "steps: [{name: Two, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: one.results}}}]}]}\n",
     "flows[0].steps[1].branches[1].steps[0].inputs.x (line 12): \"One\" stands in "
     "another branch; only one of them runs\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnValue, component: {key: branch}}, inputs: "
     "{inputValue: {type: configVar, value: Flag}, branchValueMappings: {type: complex, "
     "value: [{name: Yes, type: value, value: \"true\"}]}}, branches: [{name: Yes, steps: "
     "[{name: One, action: {key: act, component: {key: crm}}, inputs: {}},{name: Uno, "
     "action: {key: act, component: {key: crm}}, inputs: {x: {type: reference, value: "
     "one.results}}}]}, {name: Else, steps: []}]}\n"
     "  - {name: C, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: one.results}}}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnValue, component: {key: branch}}, inputs: "
     "{inputValue: {type: configVar, value: Flag}, branchValueMappings: {type: complex, "
     "value: [{name: Yes, type: value, value: \"true\"}]}}, branches: [{name: Yes, steps: "
     "[{name: One, action: {key: act, component: {key: crm}}, inputs: {x: {type: "
     "reference, value: b.results}}}]}, {name: Else, steps: []}]}\n",
     ""},
    {PLACE_FLOWS,
     "- name: F\n"
     "  steps:\n"
     "  - {name: S, isTrigger: true, action: {key: webhook, component: {key: "
     "webhook-triggers}}, inputs: {body: {type: template, value: \"{{$s.results.x}}\"}}}\n",
     "flows[0].steps[0].inputs.body (line 11): \"S\" is this very step; it has no results "
     "yet\n"},
};

Test(definition_step, references)
{
    definition_kit_check(scope_rows, ARRAY_COUNT(scope_rows));
}

static const struct definition_row condition_rows[] = {
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: complex, value: [equal, "
     "{type: value, value: a}, {type: value, value: a}]}]}}, branches: [{name: Yes, "
     "steps: []}, {name: Else, steps: []}]}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: complex, value: [and, "
     "[isTrue, {type: value, value: a}], [or, [isEmpty, {type: value, value: a}, {type: "
     "value, value: a}], [in, {type: value, value: a}, {type: value, value: a}]]]}]}}, "
     "branches: [{name: Yes, steps: []}, {name: Else, steps: []}]}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: complex, value: [equal, "
     "{type: value, value: a}]}]}}, branches: [{name: Yes, steps: []}, {name: Else, "
     "steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0].value (line 12): the operator equal "
     "reads 2 operands; 1 were given\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: complex, value: [equal, "
     "{type: value, value: a}, {type: value, value: a}, {type: value, value: a}]}]}}, "
     "branches: [{name: Yes, steps: []}, {name: Else, steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0].value (line 12): the operator equal "
     "reads 2 operands; 3 were given\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: complex, value: "
     "[isTrue]}]}}, branches: [{name: Yes, steps: []}, {name: Else, steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0].value (line 12): the operator isTrue "
     "reads 1 operand; 0 were given\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: complex, value: [isTrue, "
     "{type: value, value: a}, {type: value, value: a}, {type: value, value: a}]}]}}, "
     "branches: [{name: Yes, steps: []}, {name: Else, steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0].value (line 12): the operator isTrue "
     "reads 1 operand; 3 were given\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: complex, value: [equals, "
     "{type: value, value: a}, {type: value, value: a}]}]}}, branches: [{name: Yes, "
     "steps: []}, {name: Else, steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0].value (line 12): \"equals\" is no "
     "operator; there are and, or, equal, notEqual, isTrue, exists, isEmpty, greaterThan, "
     "in, startsWith and others\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: complex, value: [and]}]}}, "
     "branches: [{name: Yes, steps: []}, {name: Else, steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0].value (line 12): \"and\" needs at "
     "least one condition\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: complex, value: [and, {type: "
     "value, value: a}]}]}}, branches: [{name: Yes, steps: []}, {name: Else, steps: "
     "[]}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0].value[1] (line 12): inside \"and\" "
     "stand conditions, each a list\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: complex, value: [and, "
     "isTrue, {type: value, value: a}]}]}}, branches: [{name: Yes, steps: []}, {name: "
     "Else, steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0].value[1] (line 12): inside \"and\" "
     "stand conditions, each a list\n"
     "flows[0].steps[1].inputs.conditions.value[0].value[2] (line 12): inside \"and\" "
     "stand conditions, each a list\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: complex, value: []}]}}, "
     "branches: [{name: Yes, steps: []}, {name: Else, steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0].value (line 12): a condition is a list "
     "like [equal, left, right] or [and, [...], [...]]\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: complex, value: [{type: "
     "value, value: a}, {type: value, value: a}]}]}}, branches: [{name: Yes, steps: []}, "
     "{name: Else, steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0].value (line 12): \"a\" is no operator; "
     "there are and, or, equal, notEqual, isTrue, exists, isEmpty, greaterThan, in, "
     "startsWith and others\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: complex, value: [[equal, "
     "{type: value, value: a}, {type: value, value: a}]]}]}}, branches: [{name: Yes, "
     "steps: []}, {name: Else, steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0].value (line 12): a condition is a list "
     "like [equal, left, right] or [and, [...], [...]]\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: complex, value: [equal, "
     "{type: value, value: a}, [a]]}]}}, branches: [{name: Yes, steps: []}, {name: Else, "
     "steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0].value[2] (line 12): an operand is an "
     "input, like {type: value, value: 7}; a list was given\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: complex, value: [equal, "
     "{type: reference, value: nope.results}, {type: value, value: a}]}]}}, branches: "
     "[{name: Yes, steps: []}, {name: Else, steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0].value[1] (line 12): \"nope\" is no "
     "step of this flow; a step is called by its name in camel case, like fetchParcel\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: complex, value: text}]}}, "
     "branches: [{name: Yes, steps: []}, {name: Else, steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0].value (line 12): the value of a "
     "complex input is a list; a text was given\n"
     "flows[0].steps[1].inputs.conditions.value[0].value (line 12): a condition is a list "
     "like [equal, left, right] or [and, [...], [...]]\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: complex, value: [or, [like, "
     "{type: value, value: a}]]}]}}, branches: [{name: Yes, steps: []}, {name: Else, "
     "steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0].value[1] (line 12): \"like\" is no "
     "operator; there are and, or, equal, notEqual, isTrue, exists, isEmpty, greaterThan, "
     "in, startsWith and others\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: \"No\", type: complex, value: [isTrue, "
     "{type: value, value: a}]}]}}, branches: [{name: Yes, steps: []}, {name: Else, "
     "steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0] (line 12): \"No\" is the name of no "
     "branch of this step\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Else, type: complex, value: [isTrue, "
     "{type: value, value: a}]}]}}, branches: [{name: Yes, steps: []}, {name: Else, "
     "steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0] (line 12): \"Else\" is taken when "
     "nothing else is; it has no condition\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: value, value: x}}, branches: [{name: Yes, steps: []}, {name: "
     "Else, steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions (line 12): this input is of type complex, with "
     "an item for each branch\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [{name: Yes, type: value, value: x}]}}, "
     "branches: [{name: Yes, steps: []}, {name: Else, steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0].value (line 12): a condition is of "
     "type complex, like {name: Yes, type: complex, value: [isTrue, ...]}\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: [text]}}, branches: [{name: Yes, steps: []}, "
     "{name: Else, steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions.value[0] (line 12): \"\" is the name of no "
     "branch of this step\n"
     "flows[0].steps[1].inputs.conditions.value[0].value (line 12): a condition is of "
     "type complex, like {name: Yes, type: complex, value: [isTrue, ...]}\n"},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, inputs: "
     "{conditions: {type: complex, value: []}}, branches: [{name: Yes, steps: []}, {name: "
     "Else, steps: []}]}\n",
     ""},
    {PLACE_STEPS,
     "  - {name: B, action: {key: branchOnExpression, component: {key: branch}}, "
     "branches: [{name: Yes, steps: []}]}\n",
     "flows[0].steps[1].inputs.conditions (line 12): branchOnExpression cannot run "
     "without this input; give it a value\n"},
};

Test(definition_step, conditions)
{
    definition_kit_check(condition_rows, ARRAY_COUNT(condition_rows));
}
