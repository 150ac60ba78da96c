#include "api/http/http_target_priv.h"

#include <curl/curl.h>

static void free_url(CURLU **url)
{
    curl_url_cleanup(*url);
}

/* Copies one part into the arena; *ret_text stays untouched when there is none. */
static bool copy_part(struct arena *arena, CURLU *url, CURLUPart part, const char **ret_text)
{
    char *text = NULL;
    if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) {
        return false;
    }
    *ret_text = arena_text(arena, slice_of_text(text));
    curl_free(text);
    return *ret_text != NULL;
}

enum err http_target_read(struct arena *arena,
                          struct slice url,
                          struct http_target *ret_target,
                          struct error *reterr)
{
    __attribute__((cleanup(free_url))) CURLU *parsed = curl_url();
    const char *text = arena_text(arena, url);
    if (parsed == NULL || text == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "read a URL: out of memory");
    }
    if (strlen(text) != url.size) {
        return error_set(reterr, ERR_INVALID, "the URL holds a NUL byte");
    }
    CURLUcode code = curl_url_set(parsed, CURLUPART_URL, text, 0);
    if (code != CURLUE_OK) {
        return error_set(reterr, ERR_INVALID,
                         "the URL cannot be read (%s); it must look like https://example.com/path",
                         curl_url_strerror(code));
    }
    struct http_target target = {0};
    if (!copy_part(arena, parsed, CURLUPART_SCHEME, &target.scheme) ||
        (strcmp(target.scheme, "http") != 0 && strcmp(target.scheme, "https") != 0)) {
        return error_set(reterr, ERR_INVALID, "the URL must begin with http:// or https://");
    }
    if (!copy_part(arena, parsed, CURLUPART_URL, &target.url) ||
        !copy_part(arena, parsed, CURLUPART_HOST, &target.host)) {
        return error_set(reterr, ERR_INVALID, "the URL names no host");
    }
    if (!copy_part(arena, parsed, CURLUPART_PORT, &target.port)) {
        return error_set(reterr, ERR_INVALID, "the URL names no port");
    }
    *ret_target = target;
    return ERR_OK;
}

bool http_target_same_origin(const struct http_target *a, const struct http_target *b)
{
    return strcmp(a->scheme, b->scheme) == 0 && strcmp(a->port, b->port) == 0 &&
           slice_equal_nocase(slice_of_text(a->host), slice_of_text(b->host));
}
