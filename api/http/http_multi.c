#include "api/http/http_multi_priv.h"

#include "core/base/check.h"
#include "core/base/memory.h"

struct http_multi_poll {
    uv_poll_t poll;
    struct http_multi *multi;
    curl_socket_t fd;
};

/* Outside libcurl: removes what has ended and tells. `done` may add and remove handles. */
static void tell_done(struct http_multi *multi)
{
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            /* The message is gone with its handle. */
            CURL *easy = message->easy_handle;
            CURLcode code = message->data.result;
            (void)curl_multi_remove_handle(multi->multi, easy);
            multi->done(easy, code, multi->data);
        }
    }
}

static void act(struct http_multi *multi, curl_socket_t fd, int events)
{
    int running;
    (void)curl_multi_socket_action(multi->multi, fd, events, &running);
    tell_done(multi);
}

static void on_timeout(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

/* Called by libcurl, which must not be called back from here: the timer does it in the next turn.
 */
static int on_timer_wish(CURLM *curl, long timeout_ms, void *data)
{
    (void)curl;
    struct http_multi *multi = data;
    if (timeout_ms < 0 || multi->closing) {
        (void)uv_timer_stop(&multi->timer);
    } else {
        (void)uv_timer_start(&multi->timer, on_timeout, (uint64_t)timeout_ms, 0);
    }
    return 0;
}

static void on_poll(uv_poll_t *handle, int status, int events)
{
    struct http_multi_poll *poll = handle->data;
    int flags = status < 0 ? CURL_CSELECT_ERR : 0;
    flags |= (events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0;
    flags |= (events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0;
    act(poll->multi, poll->fd, flags);
}

static void maybe_closed(struct http_multi *multi)
{
    if (multi->closing && multi->handles_open == 0) {
        multi->closed(multi->data);
    }
}

static void on_poll_closed(uv_handle_t *handle)
{
    struct http_multi_poll *poll = handle->data;
    struct http_multi *multi = poll->multi;
    memory_free(poll);
    multi->handles_open--;
    maybe_closed(multi);
}

/* Returns: NULL without memory. */
static struct http_multi_poll *make_poll(struct http_multi *multi, curl_socket_t fd)
{
    struct http_multi_poll *poll = memory_zalloc(1, sizeof *poll);
    if (poll == NULL) {
        return NULL;
    }
    if (uv_poll_init_socket(multi->loop, &poll->poll, fd) != 0) {
        memory_free(poll);
        return NULL;
    }
    poll->poll.data = poll;
    poll->multi = multi;
    poll->fd = fd;
    multi->handles_open++;
    (void)curl_multi_assign(multi->multi, fd, poll);
    return poll;
}

/* Called by libcurl. Without memory the socket goes unwatched and its transfer runs into its
 * timeout: a failure reported here would end all transfers for ever. */
static int on_socket_wish(CURL *easy, curl_socket_t fd, int what, void *data, void *assigned)
{
    (void)easy;
    struct http_multi *multi = data;
    struct http_multi_poll *poll = assigned;
    if (what == CURL_POLL_REMOVE) {
        if (poll != NULL) {
            (void)curl_multi_assign(multi->multi, fd, NULL);
            uv_close((uv_handle_t *)&poll->poll, on_poll_closed); /* stops it at once */
        }
        return 0;
    }
    if (poll == NULL) {
        poll = make_poll(multi, fd);
    }
    if (poll != NULL) {
        int events = (what & CURL_POLL_IN) != 0 ? UV_READABLE : 0;
        events |= (what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0;
        (void)uv_poll_start(&poll->poll, events, on_poll);
    }
    return 0;
}

static bool set_options(struct http_multi *multi, size_t kept_connections_max)
{
    CURLM *curl = multi->multi;
    return curl_multi_setopt(curl, CURLMOPT_SOCKETFUNCTION, on_socket_wish) == CURLM_OK &&
           curl_multi_setopt(curl, CURLMOPT_SOCKETDATA, multi) == CURLM_OK &&
           curl_multi_setopt(curl, CURLMOPT_TIMERFUNCTION, on_timer_wish) == CURLM_OK &&
           curl_multi_setopt(curl, CURLMOPT_TIMERDATA, multi) == CURLM_OK &&
           curl_multi_setopt(curl, CURLMOPT_MAXCONNECTS, (long)kept_connections_max) == CURLM_OK;
}

enum err http_multi_init(struct http_multi *multi,
                         uv_loop_t *loop,
                         size_t kept_connections_max,
                         void (*done)(CURL *easy, CURLcode code, void *data),
                         void *data,
                         struct error *reterr)
{
    *multi = (struct http_multi){.loop = loop, .done = done, .data = data};
    multi->multi = curl_multi_init();
    if (multi->multi == NULL || !set_options(multi, kept_connections_max)) {
        (void)curl_multi_cleanup(multi->multi);
        return error_set(reterr, ERR_NO_MEMORY, "ready libcurl: out of memory");
    }
    (void)uv_timer_init(loop, &multi->timer); /* cannot fail */
    multi->timer.data = multi;
    multi->handles_open = 1;
    return ERR_OK;
}

enum err http_multi_add(struct http_multi *multi, CURL *easy, struct error *reterr)
{
    CURLMcode code = curl_multi_add_handle(multi->multi, easy);
    return code == CURLM_OK ? ERR_OK
                            : error_set(reterr, ERR_NO_MEMORY, "start a transfer: %s",
                                        curl_multi_strerror(code));
}

void http_multi_remove(struct http_multi *multi, CURL *easy)
{
    (void)curl_multi_remove_handle(multi->multi, easy);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct http_multi *multi = handle->data;
    multi->handles_open--;
    maybe_closed(multi);
}

void http_multi_close(struct http_multi *multi, void (*closed)(void *data))
{
    ASSERT(!multi->closing);
    multi->closing = true;
    multi->closed = closed;
    /* Closes idle connections, and with them their polls. */
    (void)curl_multi_cleanup(multi->multi);
    uv_close((uv_handle_t *)&multi->timer, on_timer_closed);
}
