/*
 * kit_yaml: the pieces that nearly every definition of a story is made of, as string literals that
 * are put behind each other:
 *
 *     static const char definition[] = KIT_YAML("Orders")
 *         KIT_YAML_FLOW("Receive", "endpointSecurityType: unsecured")
 *         KIT_YAML_WEBHOOK("Order", "{}")
 *         KIT_YAML_STEP("Pause", "sleep", "sleep", "{ms: {type: value, value: \"5\"}}");
 *
 * What stands in for settings and inputs is YAML of one line. Config variables go between KIT_YAML
 * and the first flow.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_YAML_H
#define DAYBOOK_TESTS_LIB_KIT_YAML_H

/* The head of a definition. */
#define KIT_YAML(name) "definitionVersion: 7\nname: " name "\n"

/* The list of config variables; behind it come KIT_YAML_VARIABLE lines. */
#define KIT_YAML_VARIABLES           "requiredConfigVars:\n"
#define KIT_YAML_VARIABLE(key, rest) "  - {key: " key ", " rest "}\n"

/* The list of flows; behind it come flows. */
#define KIT_YAML_FLOWS               "flows:\n"
#define KIT_YAML_FLOW(name, setting) "  - name: " name "\n    " setting "\n    steps:\n"

/* The first step of a flow: what starts it. */
#define KIT_YAML_TRIGGER(name, component, key, inputs)                                             \
    "      - name: " name "\n        isTrigger: true\n" KIT_YAML_ACTION(component, key, inputs)
#define KIT_YAML_WEBHOOK(name, inputs) KIT_YAML_TRIGGER(name, "webhook-triggers", "webhook", inputs)

/* Any further step. */
#define KIT_YAML_STEP(name, component, key, inputs)                                                \
    "      - name: " name "\n" KIT_YAML_ACTION(component, key, inputs)
#define KIT_YAML_ACTION(component, key, inputs)                                                    \
    "        action: {key: " key ", component: {key: " component                                   \
    ", version: LATEST, isPublic: true}}\n        inputs: " inputs "\n"

/* Inputs. */
#define KIT_YAML_VALUE(text)     "{type: value, value: \"" text "\"}"
#define KIT_YAML_REFERENCE(path) "{type: reference, value: " path "}"
#define KIT_YAML_CONFIG(key)     "{type: configVar, value: " key "}"

#endif
