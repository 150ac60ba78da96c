/*
 * Config variables and connections: every rule with a text that keeps it or one that breaks it,
 * and the exact problems. "hunter2" stands for a secret in a wrong place: no message may show it.
 */
#include "tests/unit/core/definition_kit.h"

#include "core/base/check.h"

#include <criterion/criterion.h>

static const struct definition_row var_rows[] = {
    {PLACE_VARS, "- {key: A, dataType: string}\n", ""},
    {PLACE_VARS, "- {dataType: string}\n",
     "requiredConfigVars[0].key (line 4): a text of 1 to 200 bytes is wanted here; there "
     "is none\n"},
    {PLACE_VARS, "- {key: \"\", dataType: string}\n",
     "requiredConfigVars[0].key (line 4): a text of 1 to 200 bytes is wanted here; there "
     "is none\n"},
    {PLACE_VARS, "- {key: A}\n",
     "requiredConfigVars[0].dataType (line 4): this key is missing; allowed are: string, "
     "number, boolean, date, timestamp, picklist, code, schedule, jsonForm, "
     "objectSelection, objectFieldMap, connection, credential\n"},
    {PLACE_VARS, "- {key: A, dataType: text}\n",
     "requiredConfigVars[0].dataType (line 4): \"text\" is unknown here; allowed are: "
     "string, number, boolean, date, timestamp, picklist, code, schedule, jsonForm, "
     "objectSelection, objectFieldMap, connection, credential\n"},
    {PLACE_VARS, "- {key: A, dataType: [string]}\n",
     "requiredConfigVars[0].dataType (line 4): a word is wanted; a list was given\n"},
    {PLACE_VARS, "- text\n",
     "requiredConfigVars[0] (line 4): a config variable is a map; a text was given\n"},
    {PLACE_VARS, "- {key: A, dataType: string, orgOnly: 1}\n",
     "requiredConfigVars[0].orgOnly (line 4): true or false is wanted; \"1\" was given\n"},
    {PLACE_VARS, "- {key: A, dataType: string, meta: {visibleToOrgDeployer: perhaps}}\n",
     "requiredConfigVars[0].meta.visibleToOrgDeployer (line 4): true or false is wanted; "
     "\"perhaps\" was given\n"},
    {PLACE_VARS, "- {key: A, dataType: string, meta: x}\n",
     "requiredConfigVars[0].meta (line 4): the value of this key is a map; a text was "
     "given\n"},
    {PLACE_VARS, "- {key: A, dataType: string, stableKey: \"a\\nb\"}\n",
     "requiredConfigVars[0].stableKey (line 4): one line is wanted; the text has line "
     "ends, tabs or other control characters\n"},
    {PLACE_VARS, "- {key: A, dataType: number, defaultValue: \"25\"}\n", ""},
    {PLACE_VARS, "- {key: A, dataType: number, defaultValue: 25}\n", ""},
    {PLACE_VARS, "- {key: A, dataType: number, defaultValue: many}\n",
     "requiredConfigVars[0].defaultValue (line 4): a number like 25 or -1.5 is wanted; "
     "\"many\" was given\n"},
    {PLACE_VARS, "- {key: A, dataType: number, defaultValue: \"\"}\n", ""},
    {PLACE_VARS, "- {key: A, dataType: boolean, defaultValue: yes}\n",
     "requiredConfigVars[0].defaultValue (line 4): true or false is wanted; \"yes\" was "
     "given\n"},
    {PLACE_VARS, "- {key: A, dataType: boolean, defaultValue: true}\n", ""},
    {PLACE_VARS, "- {key: A, dataType: date, defaultValue: 2026-01-01}\n", ""},
    {PLACE_VARS, "- {key: A, dataType: date, defaultValue: 2026-02-30}\n",
     "requiredConfigVars[0].defaultValue (line 4): \"2026-02-30\" is not a date such as "
     "2026-04-22\n"},
    {PLACE_VARS, "- {key: A, dataType: timestamp, defaultValue: \"2026-01-01T00:00:00Z\"}\n", ""},
    {PLACE_VARS, "- {key: A, dataType: timestamp, defaultValue: \"2026-01-01\"}\n",
     "requiredConfigVars[0].defaultValue (line 4): \"2026-01-01\" is not a time such as "
     "2026-04-22T00:15:30.726000+00:00\n"},
    {PLACE_VARS, "- {key: A, dataType: picklist, pickList: [a, b], defaultValue: a}\n", ""},
    {PLACE_VARS, "- {key: A, dataType: picklist, pickList: [a, b], defaultValue: c}\n",
     "requiredConfigVars[0].defaultValue (line 4): one of the 2 choices is wanted (a "
     "...); \"c\" was given\n"},
    {PLACE_VARS, "- {key: A, dataType: picklist}\n",
     "requiredConfigVars[0].pickList (line 4): this key is missing: the choices are in "
     "pickList, or a dataSource gives them\n"},
    {PLACE_VARS, "- {key: A, dataType: picklist, pickList: a}\n",
     "requiredConfigVars[0].pickList (line 4): the value of this key is a list; a text "
     "was given\n"},
    {PLACE_VARS, "- {key: A, dataType: picklist, pickList: [], defaultValue: x}\n", ""},
    {PLACE_VARS, "- {key: A, dataType: picklist, dataSource: {key: d, component: {key: c}}}\n", ""},
    {PLACE_VARS, "- {key: A, dataType: picklist, dataSource: {key: d}}\n",
     "requiredConfigVars[0].dataSource.component (line 4): this key is missing; it is a "
     "map like {key: http, version: LATEST, isPublic: true}\n"},
    {PLACE_VARS, "- {key: A, dataType: picklist, dataSource: x}\n",
     "requiredConfigVars[0].dataSource (line 4): the value of this key is a map; a text "
     "was given\n"},
    {PLACE_VARS, "- {key: A, dataType: code, codeLanguage: json, defaultValue: \"{}\"}\n", ""},
    {PLACE_VARS, "- {key: A, dataType: code, codeLanguage: json, defaultValue: \"{\"}\n",
     "requiredConfigVars[0].defaultValue (line 4): malformed JSON at line 1, column 1: "
     "string or '}' expected near end of file\n"},
    {PLACE_VARS, "- {key: A, dataType: code, codeLanguage: yaml}\n",
     "requiredConfigVars[0].codeLanguage (line 4): \"yaml\" is unknown here; allowed are: "
     "json, xml, html\n"},
    {PLACE_VARS, "- {key: A, dataType: code, codeLanguage: xml, defaultValue: \"<\"}\n", ""},
    {PLACE_VARS,
     "- {key: A, dataType: schedule, scheduleType: custom, defaultValue: \"*/5 * * * *\", "
     "timeZone: Europe/Berlin}\n",
     ""},
    {PLACE_VARS, "- {key: A, dataType: schedule, scheduleType: yearly}\n",
     "requiredConfigVars[0].scheduleType (line 4): \"yearly\" is unknown here; allowed "
     "are: none, once, custom, minute, hour, day, week\n"},
    {PLACE_VARS, "- {key: A, dataType: schedule, defaultValue: \"* * *\"}\n",
     "requiredConfigVars[0].defaultValue (line 4): a schedule has five fields (minute, "
     "hour, day of month, month, day of week) like \"*/15 * * * *\"; \"* * *\" has 3\n"},
    {PLACE_VARS, "- {key: A, dataType: schedule, timeZone: \"../etc/passwd\"}\n",
     "requiredConfigVars[0].timeZone (line 4): a time zone is named like "
     "Europe/Amsterdam; \"../etc/passwd\" was given\n"},
    {PLACE_VARS,
     "- {key: A, dataType: string, collectionType: valuelist, defaultValue: "
     "\"[\\\"a\\\"]\"}\n",
     ""},
    {PLACE_VARS, "- {key: A, dataType: string, collectionType: valuelist, defaultValue: \"a\"}\n",
     "requiredConfigVars[0].defaultValue (line 4): a JSON list like [\"a\", \"b\"] is "
     "wanted: malformed JSON at line 1, column 1: invalid token near 'a'\n"},
    {PLACE_VARS, "- {key: A, dataType: string, collectionType: list}\n",
     "requiredConfigVars[0].collectionType (line 4): \"list\" is unknown here; allowed "
     "are: valuelist, keyvaluelist\n"},
    {PLACE_VARS, "- {key: A, dataType: schedule, collectionType: valuelist}\n",
     "requiredConfigVars[0].collectionType (line 4): a config variable of type schedule "
     "is no collection\n"},
    {PLACE_VARS, "- {key: A, dataType: jsonForm, collectionType: keyvaluelist}\n",
     "requiredConfigVars[0].collectionType (line 4): a config variable of type jsonForm "
     "is no collection\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, connection: {key: basic, component: {key: http}}}\n", ""},
    {PLACE_VARS, "- {key: A, dataType: connection}\n",
     "requiredConfigVars[0].connection (line 4): this key is missing: a connection has "
     "{key, component}, or useScopedConfigVar names one of the organisation's\n"},
    {PLACE_VARS, "- {key: A, dataType: connection, useScopedConfigVar: shared}\n", ""},
    {PLACE_VARS, "- {key: A, dataType: connection, connection: text}\n",
     "requiredConfigVars[0].connection (line 4): the value of this key is a map; a text "
     "was given\n"},
    {PLACE_VARS, "- {key: A, dataType: connection, connection: {component: {key: http}}}\n",
     "requiredConfigVars[0].connection.key (line 4): a text of 1 to 200 bytes is wanted "
     "here; there is none\n"},
    {PLACE_VARS, "- {key: A, dataType: connection, connection: {key: basic}}\n",
     "requiredConfigVars[0].connection.component (line 4): this key is missing; it is a "
     "map like {key: http, version: LATEST, isPublic: true}\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, connection: {key: basic, component: {key: http, "
     "version: newest}}}\n",
     "requiredConfigVars[0].connection.component.version (line 4): a version is LATEST or "
     "a whole number; \"newest\" was given\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, connection: {key: basic, component: {key: http, "
     "version: 12, isPublic: perhaps}}}\n",
     "requiredConfigVars[0].connection.component.isPublic (line 4): true or false is "
     "wanted; \"perhaps\" was given\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, onPremiseConnectionConfig: sometimes, connection: "
     "{key: basic, component: {key: http}}}\n",
     "requiredConfigVars[0].onPremiseConnectionConfig (line 4): \"sometimes\" is unknown "
     "here; allowed are: disallowed, allowed, required\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, connection: {key: basic, component: {key: http}}, "
     "inputs: [a]}\n",
     "requiredConfigVars[0].inputs (line 4): the value of this key is a map; a list was "
     "given\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, connection: {key: basic, component: {key: http}}, "
     "inputs: {password: hunter2}}\n",
     "requiredConfigVars[0].inputs.password (line 4): an input, like {type: value, value: "
     "\"\"}, is a map; a text was given\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, connection: {key: basic, component: {key: http}}, "
     "inputs: {password: ~}}\n",
     "requiredConfigVars[0].inputs.password (line 4): an input is a map like {type: "
     "value, value: \"\"}; there is none\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, connection: {key: basic, component: {key: http}}, "
     "inputs: {password: {value: hunter2}}}\n",
     "requiredConfigVars[0].inputs.password.type (line 4): this key is missing; allowed "
     "are: value, configVar, reference, template, complex, dataSource\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, connection: {key: basic, component: {key: http}}, "
     "inputs: {password: {type: value, value: [hunter2]}}}\n",
     "requiredConfigVars[0].inputs.password (line 4): a text is wanted for this type of "
     "input; a list was given (lists are of type complex)\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, connection: {key: basic, component: {key: http}}, "
     "inputs: {password: {type: configVar, value: hunter2}}}\n",
     "requiredConfigVars[0].inputs.password (line 4): this names no config variable; its "
     "key is wanted\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, connection: {key: basic, component: {key: http}}, "
     "inputs: {password: {type: template, value: \"{{#hunter2}}\"}}}\n",
     "requiredConfigVars[0].inputs.password (line 4): this names no config variable; its "
     "key is wanted\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, connection: {key: basic, component: {key: http}}, "
     "inputs: {password: {type: reference, value: hunter2.results}}}\n",
     "requiredConfigVars[0].inputs.password (line 4): no step has run when config "
     "variables are read; a reference cannot stand here\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, connection: {key: basic, component: {key: http}}, "
     "inputs: {password: {type: dataSource, value: hunter2}}}\n",
     "requiredConfigVars[0].inputs.password (line 4): an input of a connection is of type "
     "value, configVar, template or complex\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, connection: {key: basic, component: {key: http}}, "
     "inputs: {password: {type: complex, value: hunter2}}}\n",
     "requiredConfigVars[0].inputs.password.value (line 4): the value of a complex input "
     "is a list; a text was given\n"},
    {PLACE_VARS,
     "- {key: A, dataType: conection, connection: {key: basic, component: {key: http}}, "
     "inputs: {password: {type: configVar, value: hunter2}}}\n",
     "requiredConfigVars[0].dataType (line 4): \"conection\" is unknown here; allowed "
     "are: string, number, boolean, date, timestamp, picklist, code, schedule, jsonForm, "
     "objectSelection, objectFieldMap, connection, credential\n"
     "requiredConfigVars[0].inputs.password (line 4): this names no config variable; its "
     "key is wanted\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, connection: {key: basic, component: {key: http}}, "
     "inputs: {password: {type: template, value: \"Bearer {{#hunter2\"}}}\n",
     "requiredConfigVars[0].inputs.password (line 4): {{# at byte 8 has no }} behind it\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, connection: {key: basic, component: {key: http}}, "
     "inputs: {password: {type: value, value: hun,ter2}}}\n",
     "requiredConfigVars[0].inputs.password (line 4): a secret's input has the keys type, "
     "value, name and meta; another one stands here (a text with a comma in it is put in "
     "quotes)\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, connection: {key: basic, component: {key: http}}, "
     "inputs: {password: {type: value, valeu: hunter2}, username: {type: value, value: "
     "a,b, more: c}}}\n",
     "requiredConfigVars[0].inputs.password (line 4): a secret's input has the keys type, "
     "value, name and meta; another one stands here (a text with a comma in it is put in "
     "quotes)\n"},
    {PLACE_VARS,
     "- {key: A, dataType: connection, connection: {key: basic, component: {key: http}}, "
     "inputs: {list: {type: complex, value: [{type: value, value: x, more: hunter2}]}}}\n",
     "requiredConfigVars[0].inputs.list.value[0] (line 4): a secret's input has the keys "
     "type, value, name and meta; another one stands here (a text with a comma in it is "
     "put in quotes)\n"},
    {PLACE_VARS,
     "- {key: A, dataType: jsonForm, dataSource: {key: d, component: {key: c}}, inputs: "
     "{connection: {type: configVar, value: B}}}\n",
     "requiredConfigVars[0].inputs.connection (line 4): this names no config variable; "
     "its key is wanted\n"},
    {PLACE_VARS,
     "- {key: A, dataType: jsonForm, inputs: {x: {type: reference, value: "
     "start.results}}}\n",
     "requiredConfigVars[0].inputs.x (line 4): no step has run when config variables are "
     "read; a reference cannot stand here\n"},
    {PLACE_VARS,
     "- {key: A, dataType: jsonForm, inputs: {x: {type: template, value: "
     "\"{{$start.results}}\"}}}\n",
     "requiredConfigVars[0].inputs.x (line 4): no step has run when config variables are "
     "read; a reference cannot stand here\n"},
    {PLACE_VARS, "- {key: A, dataType: credential, inputs: {x: {type: value, value: hunter2}}}\n",
     ""},
    {PLACE_VARS,
     "- {key: A, dataType: string}\n"
     "- {key: A, dataType: number}\n",
     "requiredConfigVars[1].key (line 5): \"A\" is used already, by the one that begins "
     "in line 4\n"},
    {PLACE_VARS,
     "- {key: A, stableKey: s, dataType: string}\n"
     "- {key: B, stableKey: s, dataType: number}\n",
     "requiredConfigVars[1].stableKey (line 5): \"s\" is used already, by the one that "
     "begins in line 4\n"},
    {PLACE_VARS,
     "- {key: A, stableKey: B, dataType: string}\n"
     "- {key: B, dataType: number}\n",
     "requiredConfigVars[1].stableKey (line 5): \"B\" is used already, by the one that "
     "begins in line 4\n"},
    {PLACE_VARS,
     "- {key: A, stableKey: \"\", dataType: string}\n"
     "- {key: B, stableKey: \"\", dataType: number}\n",
     ""},
};

Test(definition_config, config_variables)
{
    definition_kit_check(var_rows, ARRAY_COUNT(var_rows));
}
