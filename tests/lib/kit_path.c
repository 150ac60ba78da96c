#include "tests/lib/kit_path.h"

#include <stdlib.h>

static const struct value *step_into_list(const struct value *value, const char **path)
{
    char *end = NULL;
    unsigned long index = strtoul(*path + 1, &end, 10);
    if (end == *path + 1 || *end != ']') {
        return NULL;
    }
    *path = end + 1;
    return value_at(value, index);
}

const struct value *kit_path_find(const struct value *value, const char *path)
{
    while (value != NULL && *path != '\0') {
        if (*path == '[') {
            value = step_into_list(value, &path);
            continue;
        }
        path += *path == '.';
        size_t size = strcspn(path, ".[");
        value = value_get(value, slice_of(path, size));
        path += size;
    }
    return value;
}

size_t kit_path_count(const struct value *value, const char *path)
{
    const struct value *found = kit_path_find(value, path);
    if (found == NULL) {
        return 0;
    }
    return found->type == VALUE_LIST  ? found->list.count
           : found->type == VALUE_MAP ? found->map.count
                                      : 0;
}
