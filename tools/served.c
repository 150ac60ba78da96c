#include "tools/served.h"

#include "core/base/json_in.h"

enum err served_ask(const char *dir,
                    const char *method,
                    const char *path,
                    struct slice body,
                    struct arena *arena,
                    struct value *ret,
                    bool *ret_asked,
                    struct error *reterr)
{
    struct control_client_request request = {
        .data_dir = dir, .method = method, .path = path, .body = body};
    struct control_client_answer answer;
    json_in_init();
    enum err e = control_client_call(&request, arena, &answer, reterr);
    *ret_asked = e == ERR_OK;
    if (e == ERR_INVALID) { /* no socket can have this path: who serves it has none either */
        return error_recode(reterr, ERR_NOT_FOUND);
    }
    e = e != ERR_OK ? e : control_client_check(&answer, reterr);
    if (e == ERR_OK) {
        *ret = answer.value;
    }
    return e;
}

enum err served_unreachable(const char *dir, int pid, struct error *reterr)
{
    return error_set(reterr, ERR_BUSY,
                     "%s is held by process %d, which does not listen on %s/daybook.sock: if it is "
                     "starting, try again in a moment",
                     dir, pid, dir);
}
