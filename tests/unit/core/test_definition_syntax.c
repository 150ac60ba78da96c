/*
 * What is no YAML, what YAML is refused, and the top level of a definition: every rule with a text
 * that keeps it or one that breaks it, and the exact problems.
 */
#include "tests/unit/core/definition_kit.h"

#include "core/base/check.h"

#include <criterion/criterion.h>

static const struct definition_row byte_rows[] = {
    {PLACE_ROOT, "",
     "__all__: the definition is empty; it is a YAML map with at least definitionVersion, "
     "name and flows\n"},
    {PLACE_ROOT, "# nothing\n",
     "__all__: the definition is empty; it is a YAML map with at least definitionVersion, "
     "name and flows\n"},
    {PLACE_ROOT, "~\n",
     "__all__: the definition is empty; it is a YAML map with at least definitionVersion, "
     "name and flows\n"},
    {PLACE_ROOT, "- a\n",
     "__all__: the definition is no YAML map; it has at least the keys definitionVersion, "
     "name and flows\n"},
    {PLACE_ROOT, "text\n",
     "__all__: the definition is no YAML map; it has at least the keys definitionVersion, "
     "name and flows\n"},
    {PLACE_ROOT, "a: [1\n",
     "__all__: line 2, column 1: not YAML: did not find expected ',' or ']' (while "
     "parsing a flow sequence from line 1)\n"},
    {PLACE_ROOT, "a: b: c\n",
     "__all__: line 1, column 5: not YAML: mapping values are not allowed in this "
     "context; a text with \": \" in it is put in quotes\n"},
    {PLACE_ROOT,
     "a:\n"
     "\t- b\n",
     "__all__: line 2, column 1: not YAML: found character that cannot start any token "
     "(while scanning for the next token from line 2); YAML is indented with blanks, not "
     "with tabs\n"},
    {PLACE_ROOT, "a: \"x\n",
     "__all__: line 2, column 1: not YAML: found unexpected end of stream (while scanning "
     "a quoted scalar from line 1)\n"},
    {PLACE_ROOT,
     "a: 1\n"
     "---\n"
     "b: 2\n",
     "__all__: line 2: a second document begins; a definition is one document\n"},
    {PLACE_ROOT,
     "a: 1\n"
     "  b: 2\n",
     "__all__: line 2, column 4: not YAML: mapping values are not allowed in this "
     "context; a text with \": \" in it is put in quotes\n"},
    {PLACE_ROOT,
     "%YAML 3.0\n"
     "---\n"
     "a: 1\n",
     "__all__: line 1, column 1: not YAML: found incompatible YAML document\n"},
    {PLACE_ROOT, "a: \"\\ud83d\\ude00\"\n",
     "__all__: line 1, column 7: not YAML: found invalid Unicode character escape code "
     "(while parsing a quoted scalar from line 1); YAML has no pairs of \\u escapes, "
     "write the character itself\n"},
    {PLACE_ROOT, "a: \001\n",
     "__all__: line 1: the character U+0001 may not stand in a definition\n"},
    {PLACE_ROOT,
     "? [a]\n"
     ": b\n",
     "__all__: line 1 has a list or map for a key; keys are texts\n"},
    {PLACE_ROOT, "*a : b\n", "__all__: line 1 has an alias for a key; write the key out\n"},
    {PLACE_ROOT, "{a: 1}}\n",
     "__all__: line 1, column 7: not YAML: did not find expected <document start>\n"},
};

Test(definition_syntax, bytes)
{
    definition_kit_check(byte_rows, ARRAY_COUNT(byte_rows));
}

static const struct definition_row tree_rows[] = {
    {PLACE_TOP,
     "description: a\n"
     "description: b\n",
     "description (line 4): the key \"description\" stands in line 3 and again in line 4; "
     "each key may stand once\n"},
    {PLACE_TOP,
     "description: a\n"
     "\"description\": b\n"
     "description: c\n",
     "description (line 4): the key \"description\" stands in line 3 and again in line 4; "
     "each key may stand once\n"
     "description (line 5): the key \"description\" stands in line 4 and again in line 5; "
     "each key may stand once\n"},
    {PLACE_TOP, "labels: *nowhere\n",
     "labels (line 3): an alias stands here, but no anchor of its name before it; a text "
     "that begins with * is put in quotes\n"},
    {PLACE_TOP, "labels: &l [a, *l]\n",
     "labels[1] (line 3): an alias stands inside its own anchor here: that would have no "
     "end\n"},
    {PLACE_TOP,
     "labels: &l [a, b]\n"
     "more: *l\n",
     ""},
    {PLACE_TOP,
     "x: &l {description: d}\n"
     "<<: *l\n",
     ""},
    {PLACE_TOP,
     "<<: {description: d}\n"
     "<<: {category: d}\n",
     "[\"<<\"] (line 4): the key \"<<\" stands in line 3 and again in line 4; each key "
     "may stand once\n"},
    {PLACE_TOP, "<<: [{description: d}, {description: e}]\n", ""},
    {PLACE_TOP, "<<: text\n",
     "[\"<<\"] (line 3): << merges maps: a map, an alias of one, or a list of them\n"},
    {PLACE_TOP, "<<: [text]\n",
     "[\"<<\"] (line 3): << merges maps: a map, an alias of one, or a list of them\n"},
    {PLACE_TOP, "&k category: x\n",
     "__all__: the key \"category\" in line 3 has an anchor; only values may have one\n"},
    {PLACE_TOP,
     "category: !!str x\n"
     "description: !<tag:yaml.org,2002:str> y\n"
     "version: ! z\n",
     ""},
    {PLACE_TOP, "category: !!binary aGk=\n",
     "category (line 3): a tag stands here; values need none, and a text that begins with "
     "! is put in quotes\n"},
    {PLACE_TOP, "category: !secret\n",
     "category (line 3): a tag stands here; values need none, and a text that begins with "
     "! is put in quotes\n"},
    {PLACE_TOP, "category: *Sesame\n",
     "category (line 3): an alias stands here, but no anchor of its name before it; a "
     "text that begins with * is put in quotes\n"},
};

Test(definition_syntax, anchors_tags_and_keys)
{
    definition_kit_check(tree_rows, ARRAY_COUNT(tree_rows));
}

static const struct definition_row head_rows[] = {
    {PLACE_ROOT,
     "name: T\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     "definitionVersion (line 1): this key is missing; write definitionVersion: 7\n"},
    {PLACE_ROOT,
     "definitionVersion: 6\n"
     "name: T\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     ""},
    {PLACE_ROOT,
     "definitionVersion: 7\n"
     "name: T\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     ""},
    {PLACE_ROOT,
     "definitionVersion: \"7\"\n"
     "name: T\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     ""},
    {PLACE_ROOT,
     "definitionVersion: 5\n"
     "name: T\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     "definitionVersion (line 1): definitions of version 7 are read, and those of version "
     "6; this one is of version 5\n"},
    {PLACE_ROOT,
     "definitionVersion: 8\n"
     "name: T\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     "definitionVersion (line 1): definitions of version 7 are read, and those of version "
     "6; this one is of version 8\n"},
    {PLACE_ROOT,
     "definitionVersion: 07\n"
     "name: T\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     ""},
    {PLACE_ROOT,
     "definitionVersion: seven\n"
     "name: T\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     "definitionVersion (line 1): a whole number from 1 to 2147483647 is wanted; "
     "\"seven\" was given\n"},
    {PLACE_ROOT,
     "definitionVersion: [7]\n"
     "name: T\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     "definitionVersion (line 1): a whole number is wanted; a list was given\n"},
    {PLACE_ROOT,
     "definitionVersion: 7.0\n"
     "name: T\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     "definitionVersion (line 1): a whole number from 1 to 2147483647 is wanted; \"7.0\" "
     "was given\n"},
    {PLACE_ROOT,
     "definitionVersion: ~\n"
     "name: T\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     "definitionVersion (line 1): this key is missing; write definitionVersion: 7\n"},
    {PLACE_ROOT,
     "definitionVersion: 0\n"
     "name: T\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     "definitionVersion (line 1): a whole number from 1 to 2147483647 is wanted; \"0\" "
     "was given\n"},
    {PLACE_ROOT,
     "definitionVersion: 7\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     "name (line 1): a text of 1 to 200 bytes is wanted here; there is none\n"},
    {PLACE_ROOT,
     "definitionVersion: 7\n"
     "name: \"\"\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     "name (line 2): a text of 1 to 200 bytes is wanted here; there is none\n"},
    {PLACE_ROOT,
     "definitionVersion: 7\n"
     "name: [a]\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     "name (line 2): a text is wanted; a list was given\n"},
    {PLACE_ROOT,
     "definitionVersion: 7\n"
     "name: {a: b}\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     "name (line 2): a text is wanted; a map was given\n"},
    {PLACE_ROOT,
     "definitionVersion: 7\n"
     "name: \"a\\nb\"\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     "name (line 2): one line is wanted; the text has line ends, tabs or other control "
     "characters\n"},
    {PLACE_ROOT,
     "definitionVersion: 7\n"
     "name: ~\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     "name (line 1): a text of 1 to 200 bytes is wanted here; there is none\n"},
    {PLACE_ROOT,
     "definitionVersion: 7\n"
     "name: 12\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     ""},
    {PLACE_ROOT,
     "definitionVersion: 7\n"
     "name: "
     "\"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\"\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     ""},
    {PLACE_ROOT,
     "definitionVersion: 7\n"
     "name: "
     "\"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\"\n"
     "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, "
     "component: {key: webhook-triggers}}}]}]\n",
     "name (line 2): the text has 201 bytes; at most 200 are allowed\n"},
    {PLACE_TOP, "description: {a: b}\n",
     "description (line 3): a text is wanted; a map was given\n"},
    {PLACE_TOP, "documentation: []\n",
     "documentation (line 3): a text is wanted; a list was given\n"},
    {PLACE_TOP, "category: \"a\\tb\"\n",
     "category (line 3): one line is wanted; the text has line ends, tabs or other "
     "control characters\n"},
    {PLACE_TOP, "labels: x\n",
     "labels (line 3): the value of this key is a list; a text was given\n"},
    {PLACE_TOP, "labels: [a, {b: c}]\n", "labels[1] (line 3): a text is wanted; a map was given\n"},
    {PLACE_TOP, "labels: [\"a\\nb\"]\n",
     "labels[0] (line 3): one line is wanted; the text has line ends, tabs or other "
     "control characters\n"},
    {PLACE_TOP, "labels: []\n", ""},
    {PLACE_TOP, "labels: ~\n", ""},
    {PLACE_TOP,
     "labels: "
     "[a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a"
     ",a,a,a,a,a,a,a,a]\n",
     ""},
    {PLACE_TOP,
     "labels: "
     "[a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a"
     ",a,a,a,a,a,a,a,a,a]\n",
     "labels (line 3): the list has 51 items; at most 50 are allowed\n"},
    {PLACE_TOP, "isCodeNative: yes\n",
     "isCodeNative (line 3): true or false is wanted; \"yes\" was given\n"},
    {PLACE_TOP, "isCodeNative: True\n", ""},
    {PLACE_TOP, "isCodeNative: \"false\"\n", ""},
    {PLACE_TOP, "isCodeNative: []\n",
     "isCodeNative (line 3): true or false is wanted; a list was given\n"},
    {PLACE_TOP, "endpointType: flow_specific\n", ""},
    {PLACE_TOP, "endpointType: shared_instance\n", ""},
    {PLACE_TOP, "endpointType: Shared\n",
     "endpointType (line 3): \"Shared\" is unknown here; allowed are: flow_specific, "
     "instance_specific, shared_instance\n"},
    {PLACE_TOP, "preprocessFlowName: F\n", ""},
    {PLACE_TOP, "preprocessFlowName: G\n",
     "preprocessFlowName (line 3): \"G\" is the name of no flow\n"},
    {PLACE_TOP, "unknownKey: {a: [1, ~, {b: c}]}\n", ""},
    {PLACE_TOP, "version: 1.2.3\n", ""},
    {PLACE_ROOT,
     "definitionVersion: 7\n"
     "name: T\n"
     "flows: {a: b}\n",
     "flows (line 3): the value of this key is a list; a map was given\n"},
    {PLACE_ROOT,
     "definitionVersion: 7\n"
     "name: T\n"
     "flows: []\n",
     "flows (line 3): the list is empty; a definition has at least one flow\n"},
    {PLACE_ROOT,
     "definitionVersion: 7\n"
     "name: T\n"
     "\n",
     "flows (line 1): this key is missing; a definition has a list of flows\n"},
    {PLACE_ROOT,
     "definitionVersion: 7\n"
     "name: T\n"
     "flows: ~\n",
     "flows (line 1): this key is missing; a definition has a list of flows\n"},
    {PLACE_ROOT,
     "definitionVersion: 7\n"
     "name: T\n"
     "flows: [text]\n",
     "flows[0] (line 3): a flow is a map; a text was given\n"},
};

Test(definition_syntax, top_level)
{
    definition_kit_check(head_rows, ARRAY_COUNT(head_rows));
}

static const struct definition_row page_rows[] = {
    {PLACE_TOP, "configPages: []\n", ""},
    {PLACE_TOP, "configPages: x\n",
     "configPages (line 3): the value of this key is a list; a text was given\n"},
    {PLACE_TOP, "configPages: [x]\n",
     "configPages[0] (line 3): a config page is a map; a text was given\n"},
    {PLACE_TOP, "configPages: [{name: P, elements: [{type: htmlElement, value: \"<p>\"}]}]\n", ""},
    {PLACE_TOP, "configPages: [{name: P, elements: [{type: configVar, value: Nope}]}]\n",
     "configPages[0].elements[0] (line 3): \"Nope\" is the key of no config variable\n"},
    {PLACE_TOP, "configPages: [{name: P, elements: [{type: button, value: x}]}]\n",
     "configPages[0].elements[0].type (line 3): \"button\" is unknown here; allowed are: "
     "configVar, htmlElement, jsonForm\n"},
    {PLACE_TOP, "configPages: [{name: P, elements: [{value: x}]}]\n",
     "configPages[0].elements[0].type (line 3): this key is missing; allowed are: "
     "configVar, htmlElement, jsonForm\n"},
    {PLACE_TOP, "configPages: [{name: P, elements: [x]}]\n",
     "configPages[0].elements[0] (line 3): an element, like {type: configVar, value: "
     "Region}, is a map; a text was given\n"},
    {PLACE_TOP, "configPages: [{elements: {a: b}}]\n",
     "configPages[0].elements (line 3): the value of this key is a list; a map was given\n"},
    {PLACE_TOP, "configPages: [{userLevelConfigured: maybe}]\n",
     "configPages[0].userLevelConfigured (line 3): true or false is wanted; \"maybe\" was "
     "given\n"},
};

Test(definition_syntax, config_pages)
{
    definition_kit_check(page_rows, ARRAY_COUNT(page_rows));
}
