#include "core/flow/flow.h"

#include <stdio.h>

static int order(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

int flow_place_compare(const struct flow_place *a, const struct flow_place *b)
{
    int found = order(a->step_index, b->step_index);
    if (found == 0) {
        found = order(a->depth, b->depth);
    }
    for (uint32_t i = 0; i < a->depth && found == 0; i++) {
        found = order(a->iterations[i], b->iterations[i]);
    }
    return found != 0 ? found : order(a->attempt, b->attempt);
}

void flow_place_loop_path(const struct flow_place *place, char ret_text[FLOW_PLACE_LOOP_PATH_SIZE])
{
    size_t at = 0;
    ret_text[0] = '\0';
    for (uint32_t i = 0; i < place->depth; i++) {
        int size = snprintf(ret_text + at, FLOW_PLACE_LOOP_PATH_SIZE - at, "%s%u", i > 0 ? "." : "",
                            place->iterations[i]);
        at += (size_t)size;
    }
}

static enum err malformed(struct slice loop_path, struct error *reterr)
{
    return error_set(reterr, ERR_MALFORMED, "\"%.*s\" is not the place of a step in loops",
                     (int)(loop_path.size < 60 ? loop_path.size : 60), loop_path.data);
}

/* Takes the digits at the front. Returns: false when there are none, or too many. */
static bool take_number(struct slice *text, uint32_t *ret)
{
    uint64_t number = 0;
    size_t size = 0;
    while (size < text->size && text->data[size] >= '0' && text->data[size] <= '9' && size < 10) {
        number = number * 10 + (uint64_t)(text->data[size++] - '0');
    }
    *text = slice_from(*text, size);
    *ret = (uint32_t)number;
    return size > 0 && number <= UINT32_MAX;
}

enum err flow_place_parse(uint64_t step_index,
                          struct slice loop_path,
                          uint64_t attempt,
                          struct flow_place *ret,
                          struct error *reterr)
{
    struct flow_place place = {.step_index = (uint32_t)step_index, .attempt = (uint32_t)attempt};
    struct slice left = loop_path;
    if (step_index > UINT32_MAX || attempt > UINT32_MAX) {
        return error_set(reterr, ERR_MALFORMED, "the number of a step or an attempt is too large");
    }
    while (left.size > 0) {
        if (place.depth == DEFINITION_NESTING_MAX ||
            !take_number(&left, &place.iterations[place.depth])) {
            return malformed(loop_path, reterr);
        }
        place.depth++;
        if (left.size > 0 && (left.data[0] != '.' || left.size == 1)) {
            return malformed(loop_path, reterr);
        }
        left = slice_from(left, 1);
    }
    *ret = place;
    return ERR_OK;
}
