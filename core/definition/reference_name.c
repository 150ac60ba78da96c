/*
 * Two steps: `clean` brings Latin letters down to ASCII and drops apostrophes; then words are taken
 * off the front one by one and joined. Neither makes the text longer.
 */
#include "core/definition/reference_name.h"

#include "core/base/utf8.h"

#include <stdint.h>

enum letter_class { CLASS_BREAK, CLASS_LOWER, CLASS_UPPER, CLASS_DIGIT, CLASS_OTHER };

/* The ASCII form of U+00C0 to U+017F (Unicode's decompositions, ligatures written out), two places
 * a letter. Two blanks: no letter. */
static const char latin_plain[] =
    "A A A A A A AeC E E E E I I I I D N O O O O O   O U U U U Y Thss"
    "a a a a a a aec e e e e i i i i d n o o o o o   o u u u u y thy "
    "A a A a A a C c C c C c C c D d D d E e E e E e E e E e G g G g "
    "G g G g H h H h I i I i I i I i I i IJijJ j K k k L l L l L l L "
    "l L l N n N n N n n N n O o O o O o OeoeR r R r R r S s S s S s "
    "S s T t T t T t U u U u U u U u U u U u W w Y y Y Z z Z z Z z s ";

#define LATIN_FIRST 0xC0
#define LATIN_LAST  0x17F

_Static_assert(sizeof latin_plain == 2 * (LATIN_LAST - LATIN_FIRST + 1) + 1, "two places a letter");

static uint32_t code_point(const char *at, size_t length)
{
    const unsigned char *p = (const unsigned char *)at;
    switch (length) {
    case 2:
        return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
    case 3:
        return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    case 4:
        return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
    default:
        return p[0];
    }
}

/* Blanks and punctuation outside ASCII and Latin letters: general punctuation, the wide and the
 * zero-width blanks. */
static bool is_separator(uint32_t code)
{
    return code < LATIN_FIRST || (code >= 0x2000 && code <= 0x206F) || code == 0x3000 ||
           code == 0x1680 || code == 0xFEFF;
}

static size_t put_latin(char *out, uint32_t code)
{
    const char *plain = latin_plain + 2 * (code - LATIN_FIRST);
    out[0] = plain[0];
    out[1] = plain[1];
    return plain[1] == ' ' ? 1 : 2;
}

/* Writes `name` to `out`, which has as much room: ASCII letters, digits and letters of other
 * scripts stay, Latin letters become ASCII, everything else one blank. Returns: bytes written. */
static size_t clean(struct slice name, char *out)
{
    size_t size = 0;
    for (size_t i = 0; i < name.size;) {
        size_t length = utf8_sequence_length(slice_from(name, i));
        uint32_t code =
            length > 1 ? code_point(name.data + i, length) : (unsigned char)name.data[i];
        if (length <= 1 && code < 0x80) {
            if (code != '\'') {
                out[size++] = name.data[i];
            }
        } else if (length > 1 && code >= LATIN_FIRST && code <= LATIN_LAST) {
            size += put_latin(out + size, code);
        } else if (length <= 1 || is_separator(code)) {
            if (code != 0x2019) { /* the typographic apostrophe */
                out[size++] = ' ';
            }
        } else {
            memcpy(out + size, name.data + i, length);
            size += length;
        }
        i += length > 0 ? length : 1;
    }
    return size;
}

static enum letter_class class_at(struct slice text, size_t at)
{
    if (at >= text.size) {
        return CLASS_BREAK;
    }
    char c = text.data[at];
    if (c >= 'a' && c <= 'z') {
        return CLASS_LOWER;
    }
    if (c >= 'A' && c <= 'Z') {
        return CLASS_UPPER;
    }
    if (c >= '0' && c <= '9') {
        return CLASS_DIGIT;
    }
    return (unsigned char)c >= 0x80 ? CLASS_OTHER : CLASS_BREAK;
}

/* Length of the run of one or two classes at `at`. */
static size_t run_length(struct slice text, size_t at, enum letter_class a, enum letter_class b)
{
    size_t end = at;
    while (end < text.size && (class_at(text, end) == a || class_at(text, end) == b)) {
        end++;
    }
    return end - at;
}

/* Whether two letters at `at` make the number before them an ordinal: 1st, 2nd, 3rd, 4th. */
static bool is_ordinal(struct slice text, size_t at, char digit)
{
    static const char *const small[] = {"th", "st", "nd", "rd"};
    static const char *const large[] = {"TH", "ST", "ND", "RD"};
    size_t which = digit >= '1' && digit <= '3' ? (size_t)(digit - '0') : 0;
    struct slice rest = slice_from(text, at);
    enum letter_class behind = class_at(text, at + 2);
    if (slice_starts_with(rest, slice_of_text(small[which]))) {
        return behind == CLASS_BREAK || behind == CLASS_UPPER;
    }
    if (slice_starts_with(rest, slice_of_text(large[which]))) {
        return behind == CLASS_BREAK || behind == CLASS_LOWER;
    }
    return false;
}

static size_t number_length(struct slice text, size_t at)
{
    size_t digits = run_length(text, at, CLASS_DIGIT, CLASS_DIGIT);
    return digits + (is_ordinal(text, at + digits, text.data[at + digits - 1]) ? 2 : 0);
}

/* A run of capitals ends before its last one when that begins a word ("HTTPRequest"). 0: this is no
 * run of capitals that ends so or at a border. */
static size_t capitals_length(struct slice text, size_t at)
{
    for (size_t run = run_length(text, at, CLASS_UPPER, CLASS_OTHER); run > 0; run--) {
        enum letter_class next = class_at(text, at + run);
        enum letter_class after = class_at(text, at + run + 1);
        if (next == CLASS_BREAK ||
            (next == CLASS_UPPER && (after == CLASS_LOWER || after == CLASS_OTHER))) {
            return run;
        }
    }
    return 0;
}

/* Length of the word at `at`, where a letter stands. */
static size_t letters_length(struct slice text, size_t at)
{
    size_t first = class_at(text, at) == CLASS_UPPER ? 1 : 0;
    size_t small = run_length(text, at + first, CLASS_LOWER, CLASS_LOWER);
    enum letter_class behind = class_at(text, at + first + small);
    if (small > 0 && (behind == CLASS_BREAK || behind == CLASS_UPPER)) {
        return first + small;
    }
    size_t capitals = capitals_length(text, at);
    if (capitals > 0) {
        return capitals;
    }
    size_t mixed = run_length(text, at + first, CLASS_LOWER, CLASS_OTHER);
    return mixed > 0 ? first + mixed : run_length(text, at, CLASS_UPPER, CLASS_UPPER);
}

static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static char to_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Joins the words of `text` in place: the result is never longer than what was read. */
static size_t join_words(char *text, size_t size)
{
    struct slice source = slice_of(text, size);
    size_t out = 0;
    for (size_t at = 0; at < size;) {
        enum letter_class class = class_at(source, at);
        if (class == CLASS_BREAK) {
            at++;
            continue;
        }
        size_t length =
            class == CLASS_DIGIT ? number_length(source, at) : letters_length(source, at);
        bool is_first = out == 0;
        for (size_t i = 0; i < length; i++) {
            char c = to_lower(text[at + i]);
            text[out++] = i == 0 && !is_first ? to_upper(c) : c;
        }
        at += length;
    }
    return out;
}

struct slice reference_name(struct arena *arena, struct slice name)
{
    char *text = arena_alloc(arena, name.size + 1);
    if (text == NULL) {
        return (struct slice){NULL, 0};
    }
    size_t size = clean(name, text);
    size = join_words(text, size);
    text[size] = '\0';
    return slice_of(text, size);
}
