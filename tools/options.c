#include "tools/options.h"

#include "core/base/check.h"
#include "tools/guess.h"
#include "tools/tool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE    65 /* longest name of an option, with its zero */
#define HELP_COLUMNS 96 /* lines of the help are at most this long */
#define TEXT_COLUMN  26 /* where the texts of options begin */

/* ---- parsing ---- */

/* A word "--name" or "--name=value". */
struct word {
    char name[NAME_SIZE];
    const char *value; /* NULL when it has no "=" */
};

/* Returns: false for a name that is too long to be one. */
static bool split(const char *text, struct word *ret)
{
    const char *name = text + 2;
    const char *equals = strchr(name, '=');
    size_t size = equals != NULL ? (size_t)(equals - name) : strlen(name);
    if (size >= sizeof ret->name) {
        return false;
    }
    memcpy(ret->name, name, size);
    ret->name[size] = '\0';
    ret->value = equals != NULL ? equals + 1 : NULL;
    return true;
}

static size_t place_of(const struct usage *usage, const char *name)
{
    size_t place = 0;
    while (place < usage->option_count && strcmp(usage->options[place].name, name) != 0) {
        place++;
    }
    return place;
}

static int refuse_unknown(const struct usage *usage, const char *name)
{
    struct guess guess = guess_at(name);
    for (size_t i = 0; i < usage->option_count; i++) {
        guess_consider(&guess, usage->options[i].name);
    }
    if (guess.name != NULL) {
        return tool_misused(usage->command, "there is no option --%.80s; did you mean --%s?", name,
                            guess.name);
    }
    return tool_misused(usage->command,
                        "there is no option --%.80s; \"daybook %s --help\" lists those there are",
                        name, usage->command);
}

/* Takes the option at argv[at]. Returns: words taken; 0 when it was refused. */
static int
take_option(const struct usage *usage, int argc, char **argv, int at, struct options *options)
{
    struct word word;
    if (!split(argv[at], &word)) {
        options->exit = refuse_unknown(usage, argv[at] + 2);
        return 0;
    }
    size_t place = place_of(usage, word.name);
    if (place == usage->option_count) {
        options->exit = refuse_unknown(usage, word.name);
        return 0;
    }
    const struct option *option = &usage->options[place];
    if (option->value == NULL && word.value != NULL) {
        options->exit = tool_misused(usage->command, "--%s takes no value: leave \"=%s\" away",
                                     option->name, word.value);
        return 0;
    }
    if (option->value == NULL || word.value != NULL) {
        options->values[place] = option->value == NULL ? "" : word.value;
        return 1;
    }
    if (at + 1 >= argc) {
        options->exit = tool_misused(usage->command, "--%s needs a value: --%s %s", option->name,
                                     option->name, option->value);
        return 0;
    }
    options->values[place] = argv[at + 1];
    return 2;
}

static bool take_operand(const struct usage *usage, const char *word, struct options *options)
{
    if (options->operand_count == usage->operands_max) {
        options->exit =
            tool_misused(usage->command, "\"%s\" is one word too many; see \"daybook %s --help\"",
                         word, usage->command);
        return false;
    }
    options->operands[options->operand_count++] = word;
    return true;
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* A lone "-" is an operand. */
static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0';
}

static bool take_word(
    const struct usage *usage, int argc, char **argv, int *at, bool *plain, struct options *options)
{
    const char *word = argv[*at];
    if (*plain || !is_option(word)) {
        *at += 1;
        return take_operand(usage, word, options);
    }
    if (strcmp(word, "--") == 0) {
        *plain = true;
        *at += 1;
        return true;
    }
    if (asks_for_help(word)) {
        options_print_help(usage, stdout);
        options->exit = TOOL_DONE;
        return false;
    }
    if (word[1] != '-') {
        options->exit = tool_misused(
            usage->command, "there is no option %s: options are whole words, as in --data", word);
        return false;
    }
    int taken = take_option(usage, argc, argv, *at, options);
    *at += taken;
    return taken > 0;
}

bool options_parse(const struct usage *usage, int argc, char **argv, struct options *ret)
{
    ASSERT(usage->option_count <= OPTIONS_MAX && usage->operands_max <= OPTIONS_OPERANDS_MAX);
    bool plain = false;
    *ret = (struct options){.usage = usage};
    for (int at = 1; at < argc;) {
        if (!take_word(usage, argc, argv, &at, &plain, ret)) {
            return false;
        }
    }
    if (ret->operand_count < usage->operands_min) {
        ret->exit = tool_misused(usage->command, "%s is missing: daybook %s %s", usage->operands,
                                 usage->command, usage->operands);
        return false;
    }
    return true;
}

/* ---- values ---- */

const char *options_get(const struct options *options, const char *name)
{
    size_t place = place_of(options->usage, name);
    ASSERT(place < options->usage->option_count);
    return options->values[place];
}

bool options_has(const struct options *options, const char *name)
{
    return options_get(options, name) != NULL;
}

const char *options_data(const struct options *options)
{
    const char *dir = options_get(options, "data");
    return dir != NULL ? dir : "./data";
}

bool options_number(
    struct options *options, const char *name, uint64_t least, uint64_t most, uint64_t *ret)
{
    const char *text = options_get(options, name);
    if (text == NULL) {
        return true;
    }
    char *end = NULL;
    errno = 0;
    uint64_t number = strtoull(text, &end, 10);
    bool plain = text[0] >= '0' && text[0] <= '9' && *end == '\0'; /* no sign, no space */
    if (!plain || errno != 0 || number < least || number > most) {
        options->exit = tool_misused(options->usage->command,
                                     "--%s: \"%s\" is no whole number from %llu to %llu", name,
                                     text, (unsigned long long)least, (unsigned long long)most);
        return false;
    }
    *ret = number;
    return true;
}

/* ---- help ---- */

/* Length of the longest part of `text` that ends with a word and fits `room`. */
static size_t line_length(const char *text, size_t room)
{
    size_t size = strlen(text);
    if (size <= room) {
        return size;
    }
    size_t length = room;
    while (length > 0 && text[length] != ' ') {
        length--;
    }
    return length > 0 ? length : room;
}

/* Prints `text` from TEXT_COLUMN on, in as many lines as it takes. */
static void print_wrapped(FILE *out, const char *text)
{
    for (;;) {
        size_t length = line_length(text, HELP_COLUMNS - TEXT_COLUMN);
        (void)fprintf(out, "%.*s\n", (int)length, text);
        text += length;
        text += strspn(text, " ");
        if (*text == '\0') {
            return;
        }
        (void)fprintf(out, "%*s", TEXT_COLUMN, "");
    }
}

static void print_option(const struct option *option, FILE *out)
{
    const char *value = option->value != NULL ? option->value : "";
    int size = fprintf(out, "  --%s%s%s", option->name, option->value != NULL ? " " : "", value);
    if (size >= TEXT_COLUMN) {
        (void)fputc('\n', out);
        size = 0;
    }
    (void)fprintf(out, "%*s", TEXT_COLUMN - (size > 0 ? size : 0), "");
    print_wrapped(out, option->text);
}

static void print_examples(const char *examples, FILE *out)
{
    (void)fprintf(out, "\nExamples:\n");
    while (*examples != '\0') {
        size_t length = strcspn(examples, "\n");
        (void)fprintf(out, "  daybook %.*s\n", (int)length, examples);
        examples += length + (examples[length] == '\n');
    }
}

void options_print_help(const struct usage *usage, FILE *out)
{
    (void)fprintf(out, "Usage: daybook %s%s%s [OPTION ...]\n\n%s\n\nOptions:\n", usage->command,
                  usage->operands != NULL ? " " : "",
                  usage->operands != NULL ? usage->operands : "", usage->text);
    for (size_t i = 0; i < usage->option_count; i++) {
        print_option(&usage->options[i], out);
    }
    print_option(&(struct option){"help", NULL, "print this"}, out);
    print_examples(usage->examples, out);
    (void)fprintf(out, "\nExit codes:\n  0  done\n");
    if (usage->found != NULL) {
        (void)fprintf(out, "  1  %s\n", usage->found);
    }
    (void)fprintf(out, "  2  wrong usage\n  3  could not run\n");
}
