/*
 * kit_definition: integration definitions put together from pieces, as one literal:
 *
 *     static const char definition[] = KIT_DEFINITION("Orders")
 *         "requiredConfigVars:\n"
 *         "  - {key: Ledger URL, dataType: string}\n"
 *         "flows:\n"
 *         KIT_FLOW("Receive")
 *         KIT_STEP("Post", "http", "httpPost", "{url: {type: configVar, value: Ledger URL}}");
 *
 * A step that has more than a name, an action and inputs gets it behind KIT_STEP, eight spaces
 * deep.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_DEFINITION_H
#define DAYBOOK_TESTS_LIB_KIT_DEFINITION_H

#define KIT_DEFINITION(name) "definitionVersion: 7\nname: " name "\n"

#define KIT_ACTION(component, key)                                                                 \
    "{key: " key ", component: {key: " component ", version: LATEST, isPublic: true}}"

/* A flow of an open webhook, whose trigger is the step Call. */
#define KIT_FLOW(name) KIT_FLOW_WITH(name, "    endpointSecurityType: unsecured\n")

/* The same with other settings, four spaces deep. */
#define KIT_FLOW_WITH(name, settings)                                                              \
    "  - name: " name "\n" settings "    steps:\n"                                                 \
    "      - name: Call\n"                                                                         \
    "        isTrigger: true\n"                                                                    \
    "        action: " KIT_ACTION("webhook-triggers", "webhook") "\n"

#define KIT_STEP(name, component, key, inputs)                                                     \
    "      - name: " name "\n"                                                                     \
    "        action: " KIT_ACTION(component, key) "\n"                                             \
                                                  "        inputs: " inputs "\n"

#endif
