/*
 * rule_symbol: what a header offers is documented, and what other files see says where it lives.
 *
 * A function of a public header is documented when one of these holds:
 *   - a comment that begins with two stars stands directly before it;
 *   - it stands in a block of declarations without a blank line, and a comment directly before the
 *     block speaks for all of them;
 *   - a group comment stands somewhere above: four dashes, a title, a colon, a sentence, four
 * dashes.
 */
#include "tests/tidy/function.h"
#include "tests/tidy/rule.h"

/* Where the comment begins that ends on `line`. Returns: SIZE_MAX when none ends there. */
static size_t comment_ending_at(const struct source *source, size_t line)
{
    if (!slice_ends_with(slice_trim(source_line(source, source->text, line)), SLICE("*/"))) {
        return SIZE_MAX;
    }
    for (size_t first = line + 1; first-- > 0;) {
        if (slice_find(source_line(source, source->text, first), SLICE("/*")) != SIZE_MAX) {
            return first;
        }
    }
    return SIZE_MAX;
}

/* Whether a comment stands directly before the function; `begin` is how it must begin. */
static bool
has_comment(const struct source *source, const struct function *function, const char *begin)
{
    if (function->first_line == 0) {
        return false;
    }
    size_t first = comment_ending_at(source, function->first_line - 1);
    return first != SIZE_MAX &&
           slice_starts_with(source_line(source, source->text, first), slice_of_text(begin));
}

/* Whether another declaration follows on the next line. */
static bool begins_block(const struct source *source, const struct function *function)
{
    struct function next;
    return !function->has_body && function_next(source, function->last_line + 1, &next) &&
           next.first_line == function->last_line + 1;
}

/* Whether the last group comment above `line` has a sentence behind its title. */
static bool in_documented_group(const struct source *source, size_t line)
{
    while (line-- > 0) {
        if (!slice_starts_with(source_line(source, source->text, line), SLICE("/* ---- "))) {
            continue;
        }
        struct slice rest = slice_from(source->text, source->line_at[line]);
        struct slice comment = slice_of(rest.data, slice_find(rest, SLICE("*/")));
        return comment.size <= rest.size && slice_find(comment, SLICE(": ")) != SIZE_MAX &&
               slice_ends_with(comment, SLICE(" ---- "));
    }
    return false;
}

static bool is_documented(const struct source *source, const struct function *function)
{
    return has_comment(source, function, "/**") ||
           (has_comment(source, function, "/*") && begins_block(source, function)) ||
           in_documented_group(source, function->first_line);
}

static bool is_left_alone(const struct source *source, const struct function *function)
{
    return source_is_under(source, "tests/") && function->is_static;
}

void rule_doc(const struct source *source, struct report *report)
{
    if (!source_has_suffix(source, ".h") || source_has_suffix(source, "_priv.h")) {
        return;
    }
    struct function function;
    size_t line = 0;
    size_t block_line = SIZE_MAX; /* the line behind the last documented declaration */
    while (function_next(source, line, &function)) {
        bool continued = function.first_line == block_line;
        if (!continued && !is_documented(source, &function) && !is_left_alone(source, &function)) {
            report_add(report, source, function.first_line, "doc-comment",
                       "%.*s has no comment /** ... */ directly before it, nor a documented group",
                       SLICE_ARGS(function.name));
        } else if (!function.has_body) {
            block_line = function.last_line + 1;
        }
        line = function.last_line + 1;
    }
}

/* Whether `name` begins with `noun` and an underscore, or is it. */
static bool begins_with_noun(struct slice name, struct slice noun)
{
    return noun.size > 0 && slice_starts_with(name, noun) &&
           (name.size == noun.size || name.data[noun.size] == '_');
}

/* The first word of a stem: "codec" of "codec_decode". */
static struct slice first_word(struct slice stem)
{
    size_t underscore = slice_find(stem, SLICE("_"));
    return slice_of(stem.data, underscore < stem.size ? underscore : stem.size);
}

/* Whether the file defines or declares a struct or enum that `name` begins with the first word of.
 */
static bool has_type_of(const struct source *source, struct slice name)
{
    size_t at = 0;
    bool after_keyword = false;
    for (;;) {
        struct slice word = source_next_word(source->plain, &at);
        struct slice rest = slice_from(source->plain, at);
        if (word.size == 0) {
            return false;
        }
        bool introduced =
            slice_starts_with(rest, SLICE(" {")) || slice_starts_with(rest, SLICE(";"));
        if (after_keyword && introduced && begins_with_noun(name, first_word(word))) {
            return true;
        }
        after_keyword = slice_is(word, "struct") || slice_is(word, "enum");
    }
}

/* Headers only: the compiler refuses a visible function that no header declares. */
void rule_noun(const struct source *source, struct report *report)
{
    if (!source_has_suffix(source, ".h")) {
        return;
    }
    struct slice noun = first_word(source_stem(source));
    struct function function;
    size_t line = 0;
    while (function_next(source, line, &function)) {
        if (!begins_with_noun(function.name, noun) && !has_type_of(source, function.name) &&
            !is_left_alone(source, &function) &&
            !source_excused(source, function.first_line, "noun")) {
            report_add(report, source, function.first_line, "symbol-noun",
                       "%.*s: begin with the file's noun (%.*s_...) or with a type of this header",
                       SLICE_ARGS(function.name), SLICE_ARGS(noun));
        }
        line = function.last_line + 1;
    }
}
